import { Annotation } from '../../image/annotations.ts';
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

/** What the registry alone says of a tag's image, before anything is scanned. */
export type Inspection =
  | { readonly kind: 'source'; readonly sourceDigest: Digest; readonly architecture: string }
  | { readonly kind: 'skip'; readonly reason: SkipReason; readonly detail?: string };

export interface ParsedImage {
  readonly manifest: ImageManifest;
  readonly config: ImageConfig;
}

/** A manifest of an image and its config; undefined where it is something else. */
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
  return config.ok ? { manifest: manifest.value, config: config.value } : undefined;
}

/** Inspects each image once, however many tags point to it. Remembers for one step of discovery. */
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

/** Finds the one image behind a tag that can be patched, or why there is none. */
async function inspectImage(
  services: Services,
  repository: RepositoryName,
  digest: Digest,
): Promise<Inspection> {
  const { registry } = services;
  const top = await registry.manifest(repository, digest);
  if (top === undefined) return skip('not-found', 'the manifest is gone');
  if (!IMAGE_INDEX_TYPES.includes(top.mediaType)) {
    return inspectManifest(services, repository, top);
  }
  const index = readJson(ImageIndex, top.bytes);
  if (!index.ok) return skip('not-an-image', 'the index does not parse');
  // buildx puts its attestations beside the image, as entries for the platform unknown/unknown.
  const real = index.value.manifests.filter((entry) => entry.platform?.os !== 'unknown');
  const [only] = real;
  if (only === undefined) return skip('not-an-image', 'the index names no image');
  if (real.length > 1) return skip('multi-arch', `the index names ${real.length} images`);
  const stored = await registry.manifest(repository, only.digest);
  if (stored === undefined) return skip('not-found', 'the image that the index names is gone');
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
  const { manifest, config } = image;
  if (config.os === 'windows') return skip('windows');
  if (config.os !== 'linux' || config.architecture !== 'amd64') {
    return skip('unsupported-platform', plainText(`${config.os}/${config.architecture}`, 100));
  }
  const bytes = manifest.layers.reduce((sum, layer) => sum + layer.size, 0);
  if (bytes > maxImageBytes) return skip('image-too-large', `${bytes} bytes of layers`);
  const base = await ownBase(services, { repository, digest: stored.digest, image });
  if (base !== undefined) return base;
  // Copa would start from the image that this label names, and the label is untrusted.
  if (
    config.config?.labels?.BaseImage !== undefined ||
    config.config?.Labels?.BaseImage !== undefined
  ) {
    return skip('patched-elsewhere', 'the config has the label BaseImage');
  }
  return { kind: 'source', sourceDigest: stored.digest, architecture: config.architecture };
}

/**
 * A patch of ours under another name goes on being patched, from its source as always. Annotations
 * alone don't make it one: whoever builds on a patch inherits them, and anybody can write them.
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
  const labels = { ...source.config.config?.Labels, ...source.config.config?.labels };
  if (labels.BaseImage !== undefined) return undefined;
  const known =
    (await services.inventory.findImage({ repository, digest: digest.data }))?.patchDigests ?? [];
  if (known.length > 0 && !known.includes(patch.digest)) return undefined;
  // Where the tables know no patch of this source, the image itself has to show that it is one.
  const sourceReference = formatPinned(registry.host, { repository, digest: digest.data });
  const verdict = compareStructure({ source, patched: image, sourceReference });
  if (known.length === 0 && !verdict.accepted) return undefined;
  return { kind: 'source', sourceDigest: digest.data, architecture: source.config.architecture };
}

function skip(reason: SkipReason, detail?: string): Inspection {
  return { kind: 'skip', reason, ...(detail !== undefined && { detail }) };
}
