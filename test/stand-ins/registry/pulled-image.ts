/** Part of the stand-ins for Trivy and Copa: for tests and the demo, never shipped. */
import { Digest } from '../../../lib/image/digest.ts';
import { ImageConfig, ImageIndex, ImageManifest, MediaType } from '../../../lib/image/manifest.ts';
import { applyLayers, type ImageFiles } from '../filesystem/image-files.ts';
import { type LayerEntry, readLayer } from '../filesystem/layer.ts';
import type { ImageSource, ManifestDocument } from './image-store.ts';

/** An image with all its content. */
export interface PulledImage {
  readonly document: ManifestDocument;
  readonly manifest: ImageManifest;
  readonly config: ImageConfig;
  readonly layers: readonly (readonly LayerEntry[])[];
  readonly files: ImageFiles;
}

const IMAGE_CONFIGS = new Set<string>([
  MediaType.ociConfig,
  'application/vnd.docker.container.image.v1+json',
]);

/** Pulls an image with its layers; from an index, the image for linux/amd64. */
export async function pullImage(source: ImageSource, reference: string): Promise<PulledImage> {
  const document = await resolveManifest(source, reference);
  const manifest = ImageManifest.parse(readJson(document.bytes));
  if (!IMAGE_CONFIGS.has(manifest.config.mediaType)) {
    throw new Error(`not an image: its config is ${manifest.config.mediaType}`);
  }
  const config = ImageConfig.parse(readJson(await source.blob(manifest.config.digest)));
  const layers: (readonly LayerEntry[])[] = [];
  for (const layer of manifest.layers) {
    layers.push(await readLayer(await source.blob(layer.digest)));
  }
  return { document, manifest, config, layers, files: applyLayers(layers) };
}

async function resolveManifest(source: ImageSource, reference: string): Promise<ManifestDocument> {
  const document = await source.manifest(reference);
  const json = readJson(document.bytes);
  const index = ImageIndex.safeParse(json);
  if (!index.success) {
    return document;
  }
  const entry = index.data.manifests.find(
    ({ platform }) => platform?.os === 'linux' && platform.architecture === 'amd64',
  );
  if (entry === undefined) {
    throw new Error('no child with platform linux/amd64 in index');
  }
  return source.manifest(Digest.parse(entry.digest));
}

function readJson(bytes: Uint8Array): unknown {
  return JSON.parse(Buffer.from(bytes).toString('utf8'));
}
