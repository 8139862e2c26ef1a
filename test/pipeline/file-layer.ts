import { buffer } from 'node:stream/consumers';
import { pack } from 'tar-stream';

/** An uncompressed layer with these files (path → content). */
export async function fileLayer(files: Readonly<Record<string, string>>): Promise<Uint8Array> {
  const tar = pack();
  for (const [name, content] of Object.entries(files)) tar.entry({ name }, content);
  tar.finalize();
  return buffer(tar);
}
