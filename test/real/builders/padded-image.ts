import { randomFillSync } from 'node:crypto';
import { Readable } from 'node:stream';
import { type Pack, pack } from 'tar-stream';
import type { OciLayout } from '../images/oci-layout.ts';
import { withLayer } from '../images/with-layer.ts';

const MB = 1_000_000;
/** The approximate mean size of a file in a Debian image. */
const FILE_BYTES = 45_000;
const FILES_PER_FOLDER = 200;

/** Makes the image with a second layer of plain files, which add `megabytes`. */
export function padImage(
  image: OciLayout,
  options: { readonly folder: string; readonly megabytes: number },
): Promise<OciLayout> {
  const { folder, megabytes } = options;
  return withLayer(image, tarOfFiles(megabytes), { folder, step: `pad ${megabytes} MB` });
}

function tarOfFiles(megabytes: number): Readable {
  const archive = pack();
  void addFiles(archive, Math.ceil((megabytes * MB) / FILE_BYTES));
  return Readable.from(archive);
}

async function addFiles(archive: Pack, count: number): Promise<void> {
  const mtime = new Date('2026-01-01T00:00:00Z');
  const content = Buffer.alloc(FILE_BYTES);
  for (let index = 0; index < count; index += 1) {
    // Half of the content is incompressible, as in a program.
    randomFillSync(content, 0, FILE_BYTES / 2);
    const name = `opt/padding/${Math.floor(index / FILES_PER_FOLDER)}/${index}`;
    await new Promise<void>((resolve, reject) => {
      archive.entry({ name, mode: 0o644, mtime }, Buffer.from(content), (error) =>
        error ? reject(error) : resolve(),
      );
    });
  }
  archive.finalize();
}
