import { Annotation } from '../../image/annotations.ts';
import { baseLabels } from '../../image/base-label.ts';
import { Digest } from '../../image/digest.ts';
import { ImageConfig, ImageIndex, ImageManifest } from '../../image/manifest.ts';
import {
  IMAGE_CONFIG_TYPES,
  IMAGE_INDEX_TYPES,
  IMAGE_MANIFEST_TYPES,
} from '../../image/manifest-types.ts';
import { formatPinned, type RepositoryName } from '../../image/reference.ts';
import { compareStructure } from '../../image/structure/compare-structure.ts';
import { readJson } from '../../json/read-json.ts';
import type { Registry, StoredManifest } from '../../registry/registry.ts';
import { plainText } from '../../text/plain-text.ts';
import type { SkipReason } from '../records/reasons.ts';
import type { Services } from '../services.ts';

const MAX_CONFIG_BYTES = 4 * 1024 * 1024;

/** The result of inspecting a tag's image in the registry, before a scan. */
export type Inspection =
  | {
      readonly kind: 'source';
      readonly sourceDigest: Digest;
      readonly architecture: string;
      /** The tag names a patch of ours; the source is that patch's. */
      readonly isPatch?: true;
      /** Size of its compressed layers. */
      readonly bytes: number;
      /** Its config has Copa's label, which would make Copa start from another image. */
      readonly hasBaseLabel: boolean;
    }
  | { readonly kind: 'skip'; readonly reason: SkipReason; readonly detail?: string };

export interface ParsedImage {
  readonly manifest: ImageManifest;
  readonly config: ImageConfig;
  readonly configBytes: Uint8Array;
}

/** Reads an image's manifest and config. Returns undefined if it is not an image. */
export async function readImage(
  registry: Registry,
  repository: RepositoryName,
  stored: StoredManifest,
): Promise<ParsedImage | undefined> {
  if (!IMAGE_MANIFEST_TYPES.includes(stored.mediaType)) return undefined;
  const manifest = readJson(ImageManifest, stored.bytes);
  if (!manifest.ok || !IMAGE_CONFIG_TYPES.includes(manifest.value.config.mediaType)) {
    return undefined;
  }
  const bytes = await registry.blob(repository, manifest.value.config.digest, MAX_CONFIG_BYTES);
  if (bytes === undefined) return undefined;
  const config = readJson(ImageConfig, bytes);
  return config.ok
    ? { manifest: manifest.value, config: config.value, configBytes: bytes }
    : undefined;
}

/** Inspects each image once, even if several tags point to it. Caches for one discovery step. */
export function imageInspector(
  services: Services,
  repository: RepositoryName,
): (digest: Digest) => Promise<Inspection> {
  const inspected = new Map<Digest, Promise<Inspection>>();
  return (digest) => {
    const pending = inspected.get(digest) ?? inspectImage(services, repository, digest);
    inspected.set(digest, pending);
    return pending;
  };
}

/** Finds the image that can be patched behind a tag, or the reason why there is none. */
async function inspectImage(
  services: Services,
  repository: RepositoryName,
  digest: Digest,
): Promise<Inspection> {
  const { registry } = services;
  const top = await registry.manifest(repository, digest);
  if (top === undefined) return skip('not-found', 'the manifest was deleted');
  if (!IMAGE_INDEX_TYPES.includes(top.mediaType)) {
    return inspectManifest(services, repository, top);
  }
  const index = readJson(ImageIndex, top.bytes);
  if (!index.ok) return skip('not-an-image', 'the index does not parse');
  // buildx adds its attestations to the index as entries for the platform unknown/unknown.
  const real = index.value.manifests.filter((entry) => entry.platform?.os !== 'unknown');
  const [only] = real;
  if (only === undefined) return skip('not-an-image', 'the index lists no image');
  if (real.length > 1) return skip('multi-arch', `the index lists ${real.length} images`);
  const stored = await registry.manifest(repository, only.digest);
  if (stored === undefined) return skip('not-found', 'the image in the index was deleted');
  return inspectManifest(services, repository, stored);
}

async function inspectManifest(
  services: Services,
  repository: RepositoryName,
  stored: StoredManifest,
): Promise<Inspection> {
  const { maxImageBytes } = services.options;
  const image = await readImage(services.registry, repository, stored);
  if (image === undefined) return skip('not-an-image', plainText(stored.mediaType, 100));
  const { config } = image;
  if (config.os === 'windows') return skip('windows');
  if (config.os !== 'linux' || config.architecture !== 'amd64') {
    return skip('unsupported-platform', plainText(`${config.os}/${config.architecture}`, 100));
  }
  const bytes = layerBytes(image);
  if (bytes > maxImageBytes) {
    const detail = `its compressed layers have ${bytes} bytes; ${maxImageBytes} are allowed`;
    return skip('image-too-large', detail);
  }
  const base = await ownBase(services, { repository, digest: stored.digest, image });
  if (base !== undefined) return base;
  const patched = copaSource(services, repository, image);
  if (patched !== undefined) return skip('patched-elsewhere', `a patch of ${patched}`);
  return sourceOf(image, stored.digest);
}

function sourceOf(
  image: ParsedImage,
  sourceDigest: Digest,
): Extract<Inspection, { readonly kind: 'source' }> {
  const { architecture } = image.config;
  const hasBaseLabel = baseLabels(image.config).length > 0;
  return { kind: 'source', sourceDigest, architecture, bytes: layerBytes(image), hasBaseLabel };
}

/**
 * Returns the image of this repository of which somebody else made this patch with Copa: that image
 * is the one to patch. Images built on a patch inherit the label, but not the manifest's annotation.
 */
function copaSource(
  { registry }: Services,
  repository: RepositoryName,
  { manifest, config }: ParsedImage,
): string | undefined {
  if (manifest.annotations?.[Annotation.patchedByCopa] === undefined) return undefined;
  const here = `${registry.host}/${repository}`;
  const named = baseLabels(config).find(
    (name) => name.startsWith(`${here}:`) || name.startsWith(`${here}@`),
  );
  return named === undefined ? undefined : plainText(named, 200);
}

/**
 * Returns the source of a patch of ours that was copied to another tag: it is patched from that
 * source. Annotations are no proof: derived images inherit them, and anybody can write them.
 */
async function ownBase(
  services: Services,
  patch: {
    readonly repository: RepositoryName;
    readonly digest: Digest;
    readonly image: ParsedImage;
  },
): Promise<Inspection | undefined> {
  const { registry } = services;
  const { repository, image } = patch;
  const annotations = image.manifest.annotations ?? {};
  if (annotations[Annotation.sourceRepository] !== repository) return undefined;
  const digest = Digest.safeParse(annotations[Annotation.sourceDigest]);
  if (!digest.success) return undefined;
  const stored = await registry.manifest(repository, digest.data);
  const source = stored === undefined ? undefined : await readImage(registry, repository, stored);
  if (source === undefined) return undefined;
  const known =
    (await services.inventory.findImage({ repository, digest: digest.data }))?.patchDigests ?? [];
  if (known.length > 0 && !known.includes(patch.digest)) return undefined;
  // If the tables know no patch of this source, the image's structure must prove it.
  const sourceReference = formatPinned(registry.host, { repository, digest: digest.data });
  const verdict = compareStructure({ source, patched: image, sourceReference });
  if (known.length === 0 && !verdict.accepted) return undefined;
  return { ...sourceOf(source, digest.data), isPatch: true };
}

function layerBytes({ manifest }: ParsedImage): number {
  return manifest.layers.reduce((sum, layer) => sum + layer.size, 0);
}

function skip(reason: SkipReason, detail?: string): Inspection {
  return { kind: 'skip', reason, ...(detail !== undefined && { detail }) };
}
