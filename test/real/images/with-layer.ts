import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { ImageConfig, ImageManifest } from '../../../lib/image/manifest.ts';
import {
  addJson,
  addLayer,
  copyBlob,
  finishLayout,
  type OciLayout,
  ociMediaTypes,
  startLayout,
} from './oci-layout.ts';

export interface AddedLayer {
  /** Of the new layout. */
  readonly folder: string;
  /** For people, in the image's history. */
  readonly step: string;
}

/** The same image with one more layer, which holds what the archive does. */
export async function withLayer(
  image: OciLayout,
  archive: Readable,
  { folder, step }: AddedLayer,
): Promise<OciLayout> {
  await startLayout(folder);
  const manifest = ImageManifest.parse(await readBlob(image, image.digest));
  const config = ImageConfig.parse(await readBlob(image, manifest.config.digest));
  for (const { digest } of manifest.layers) await copyBlob(image.folder, folder, digest);
  const added = await addLayer(folder, archive);
  const { rootfs, history } = config;
  const changed = await addJson(folder, ociMediaTypes.config, {
    ...config,
    rootfs: { ...rootfs, diff_ids: [...(rootfs?.diff_ids ?? []), added.diffId] },
    history: [...(history ?? []), { created: config.created, created_by: step }],
  });
  const described = await addJson(folder, ociMediaTypes.manifest, {
    ...manifest,
    config: changed,
    layers: [...manifest.layers, added.descriptor],
  });
  return finishLayout(folder, image.tag, described);
}

async function readBlob(image: OciLayout, digest: string): Promise<unknown> {
  return JSON.parse(await readFile(join(image.folder, 'blobs', digest.replace(':', '/')), 'utf8'));
}
