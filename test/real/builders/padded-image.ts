import { randomFillSync } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { type Pack, pack } from 'tar-stream';
import { ImageConfig, ImageManifest } from '../../../lib/image/manifest.ts';
import {
  addJson,
  addLayer,
  copyBlob,
  finishLayout,
  type OciLayout,
  ociMediaTypes,
  startLayout,
} from '../images/oci-layout.ts';

const MB = 1_000_000;
/** About the mean size of a file in a Debian image. */
const FILE_BYTES = 45_000;
const FILES_PER_FOLDER = 200;

/** The image with a second layer of plain files, so that it has `megabytes` more. */
export async function padImage(
  image: OciLayout,
  options: { readonly folder: string; readonly megabytes: number },
): Promise<OciLayout> {
  const { folder, megabytes } = options;
  await startLayout(folder);
  const manifest = ImageManifest.parse(await readBlob(image, image.digest));
  const config = ImageConfig.parse(await readBlob(image, manifest.config.digest));
  for (const { digest } of manifest.layers) await copyBlob(image.folder, folder, digest);
  const added = await addLayer(folder, tarOfFiles(megabytes));
  const { rootfs, history } = config;
  const padded = await addJson(folder, ociMediaTypes.config, {
    ...config,
    rootfs: { ...rootfs, diff_ids: [...(rootfs?.diff_ids ?? []), added.diffId] },
    history: [...(history ?? []), { created: config.created, created_by: `pad ${megabytes} MB` }],
  });
  const described = await addJson(folder, ociMediaTypes.manifest, {
    ...manifest,
    config: padded,
    layers: [...manifest.layers, added.descriptor],
  });
  return finishLayout(folder, image.tag, described);
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
    // Half of it does not compress, as in a program.
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

async function readBlob(image: OciLayout, digest: string): Promise<unknown> {
  return JSON.parse(await readFile(join(image.folder, 'blobs', digest.replace(':', '/')), 'utf8'));
}
