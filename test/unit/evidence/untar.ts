import { gunzipSync } from 'node:zlib';
import { extract } from 'tar-stream';

/** The files of a tar.gz by path, in their order. */
export async function untar(chunks: AsyncIterable<Uint8Array>): Promise<Map<string, Buffer>> {
  const all: Uint8Array[] = [];
  for await (const chunk of chunks) all.push(chunk);
  const tar = extract();
  tar.end(gunzipSync(Buffer.concat(all)));
  const files = new Map<string, Buffer>();
  for await (const entry of tar) {
    const content: Uint8Array[] = [];
    for await (const chunk of entry as AsyncIterable<Uint8Array>) content.push(chunk);
    files.set(entry.header.name, Buffer.concat(content));
  }
  return files;
}
