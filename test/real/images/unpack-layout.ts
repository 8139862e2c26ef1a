import { join } from 'node:path';
import { ImageManifest } from '../../../lib/image/manifest.ts';
import { readLayout } from '../../images/oci-layout.ts';
import { runProcess } from '../process/run-process.ts';

/**
 * Unpacks the image of an OCI layout folder, without removals. A dpkg patch removes only apt's caches,
 * which a packed root does not have.
 * @returns its manifest.
 */
export async function unpackLayout(layout: string, folder: string): Promise<ImageManifest> {
  const { entries, blobs } = await readLayout(layout);
  const [entry] = entries;
  const bytes = entry === undefined ? undefined : blobs.get(entry.descriptor.digest);
  const manifest = ImageManifest.parse(JSON.parse(Buffer.from(bytes ?? []).toString('utf8')));
  for (const { digest } of manifest.layers) {
    const blob = join(layout, 'blobs', digest.replace(':', '/'));
    const options = ['--extract', '--gzip', '--numeric-owner', '--exclude=.wh.*'];
    const args = [...options, `--file=${blob}`, `--directory=${folder}`];
    await runProcess({ command: 'tar', args, timeoutMs: 5 * 60_000 });
  }
  return manifest;
}
