import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import * as z from 'zod';
import { debianRelease } from '../debian/release.ts';
import { tarOfFiles, tarOfRoot, tarOfWhiteouts } from './layers.ts';
import {
  addJson,
  addLayer,
  copyBlob,
  finishLayout,
  type LayerBlob,
  type OciLayout,
  ociMediaTypes,
  startLayout,
} from './oci-layout.ts';

const descriptorSchema = z.object({
  mediaType: z.string(),
  digest: z.string().regex(/^sha256:[0-9a-f]{64}$/),
  size: z.number().int().nonnegative(),
});
const manifestSchema = z.object({ config: descriptorSchema, layers: z.array(descriptorSchema) });
const configSchema = z.object({ rootfs: z.object({ diff_ids: z.array(z.string()) }) });

export interface ImageOptions {
  readonly folder: string;
  readonly tag: string;
  readonly title: string;
  readonly created: Date;
}

/** Makes an image of one layer with the whole root. */
export async function packRoot(root: string, options: ImageOptions): Promise<OciLayout> {
  await startLayout(options.folder);
  const layer = await addLayer(options.folder, tarOfRoot(root));
  return writeImage([layer], ['debootstrap --variant=minbase'], options);
}

/** Makes an image with another's layers and one that removes files. */
export function removeFiles(
  image: OciLayout,
  paths: readonly string[],
  options: ImageOptions,
): Promise<OciLayout> {
  const layer = tarOfWhiteouts(paths, options.created);
  return addOneLayer(image, layer, { ...options, step: `rm ${paths.join(' ')}` });
}

/** Makes an image with another's layers and one that adds files. */
export function addFiles(
  image: OciLayout,
  files: Readonly<Record<string, string>>,
  options: ImageOptions,
): Promise<OciLayout> {
  const layer = tarOfFiles(files, options.created);
  return addOneLayer(image, layer, { ...options, step: `COPY ${Object.keys(files).join(' ')}` });
}

async function addOneLayer(
  image: OciLayout,
  archive: Readable,
  options: ImageOptions & { readonly step: string },
): Promise<OciLayout> {
  await startLayout(options.folder);
  const below = await readLayers(image);
  for (const layer of below) {
    await copyBlob(image.folder, options.folder, layer.descriptor.digest);
  }
  const added = await addLayer(options.folder, archive);
  const steps = [...below.map(() => 'debootstrap --variant=minbase'), options.step];
  return writeImage([...below, added], steps, options);
}

async function writeImage(
  layers: readonly LayerBlob[],
  steps: readonly string[],
  options: ImageOptions,
): Promise<OciLayout> {
  const created = options.created.toISOString();
  const config = await addJson(options.folder, ociMediaTypes.config, {
    created,
    architecture: ociArchitecture(),
    os: 'linux',
    config: {
      Env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'],
      Cmd: ['bash'],
      Labels: { 'org.opencontainers.image.title': options.title },
    },
    rootfs: { type: 'layers', diff_ids: layers.map((layer) => layer.diffId) },
    history: steps.map((step) => ({ created, created_by: step })),
  });
  const manifest = await addJson(options.folder, ociMediaTypes.manifest, {
    schemaVersion: 2,
    mediaType: ociMediaTypes.manifest,
    config,
    layers: layers.map((layer) => layer.descriptor),
    annotations: {
      'org.opencontainers.image.title': options.title,
      'org.opencontainers.image.version': debianRelease.major,
    },
  });
  return finishLayout(options.folder, options.tag, manifest);
}

async function readLayers(image: OciLayout): Promise<readonly LayerBlob[]> {
  const manifest = manifestSchema.parse(await readJson(image.folder, image.digest));
  const config = configSchema.parse(await readJson(image.folder, manifest.config.digest));
  return manifest.layers.map((descriptor, index) => {
    const diffId = config.rootfs.diff_ids[index];
    if (diffId === undefined) {
      throw new Error(`${image.folder}: the config has no digest for layer ${index}`);
    }
    return { descriptor, diffId };
  });
}

async function readJson(folder: string, digest: string): Promise<unknown> {
  const path = join(folder, 'blobs', digest.replace(':', '/'));
  return JSON.parse(await readFile(path, 'utf8'));
}

/** The machine's architecture by its OCI name, which is Go's. */
function ociArchitecture(): string {
  return process.arch === 'x64' ? 'amd64' : process.arch;
}
