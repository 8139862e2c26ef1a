import { artifactTypeOf, isArtifactContent } from '../../image/artifact-type.ts';
import { needsCopy } from '../../image/copa-config.ts';
import type { Digest } from '../../image/digest.ts';
import { type Descriptor, ImageIndex } from '../../image/manifest.ts';
import {
  IMAGE_CONFIG_TYPES,
  IMAGE_INDEX_TYPES,
  IMAGE_MANIFEST_TYPES,
} from '../../image/manifest-types.ts';
import type { RepositoryName } from '../../image/reference.ts';
import { whyUnsupported } from '../../image/unsupported-image.ts';
import { readJson } from '../../json/read-json.ts';
import type { StoredManifest } from '../../registry/registry.ts';
import { plainText } from '../../text/plain-text.ts';
import type { SkipReason } from '../records/reasons.ts';
import type { Services } from '../services.ts';
import { claimedSource } from './claimed-source.ts';
import { type ParsedImage, readImage } from './read-image.ts';

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
      /** Copa can't start from its config. */
      readonly needsCopy: boolean;
      /** The image of this repository of which it is a patch, as it says and its layers allow. */
      readonly patchOf?: { readonly image: string; readonly by: 'annotations' | 'copa' };
    }
  | { readonly kind: 'skip'; readonly reason: SkipReason; readonly detail?: string };

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
  const listed = imagesIn(index.value);
  const [only] = listed;
  if (only === undefined) return skip('not-an-image', 'the index lists no image');
  if (listed.length > 1) return skip('multi-arch', `the index lists ${listed.length} images`);
  const stored = await registry.manifest(repository, only.digest);
  if (stored === undefined) return skip('not-found', 'the image in the index was deleted');
  return inspectManifest(services, repository, stored);
}

/**
 * The entries of an index that are images. buildx adds its attestations for the platform
 * unknown/unknown; other tools add SBOMs and signatures without a platform, beside images with one.
 */
function imagesIn({ manifests }: ImageIndex): readonly Descriptor[] {
  const possible = manifests.filter(
    ({ mediaType, artifactType, platform }) =>
      IMAGE_MANIFEST_TYPES.includes(mediaType) &&
      (artifactType === undefined || IMAGE_CONFIG_TYPES.includes(artifactType)) &&
      platform?.os !== 'unknown',
  );
  const withPlatform = possible.filter(({ platform }) => platform !== undefined);
  return withPlatform.length > 0 ? withPlatform : possible;
}

async function inspectManifest(
  services: Services,
  repository: RepositoryName,
  stored: StoredManifest,
): Promise<Inspection> {
  const { maxImageBytes } = services.options;
  const image = await readImage(services.registry, repository, stored);
  const standsIn = image?.manifest.layers.some(({ mediaType }) => isArtifactContent(mediaType));
  if (image === undefined || standsIn === true) {
    return skip('not-an-image', plainText(artifactTypeOf(stored), 100));
  }
  const { config } = image;
  const unsupported = whyUnsupported({
    manifestBytes: stored.bytes,
    configBytes: image.configBytes,
  });
  if (unsupported !== undefined) return skip('unsupported-image', plainText(unsupported, 200));
  if (config.os === 'windows') return skip('windows');
  if (config.os !== 'linux' || config.architecture !== 'amd64') {
    return skip('unsupported-platform', plainText(`${config.os}/${config.architecture}`, 100));
  }
  const bytes = layerBytes(image);
  if (bytes > maxImageBytes) {
    const detail = `its compressed layers have ${bytes} bytes; ${maxImageBytes} are allowed`;
    return skip('image-too-large', detail);
  }
  const claimed = await claimedSource(services, { repository, digest: stored.digest, image });
  if (claimed?.proven === true) {
    return { ...sourceOf(claimed.source, claimed.digest), isPatch: true };
  }
  return {
    ...sourceOf(image, stored.digest),
    ...(claimed !== undefined && { patchOf: { image: claimed.image, by: claimed.by } }),
  };
}

function sourceOf(
  image: ParsedImage,
  sourceDigest: Digest,
): Extract<Inspection, { readonly kind: 'source' }> {
  const { architecture } = image.config;
  const bytes = layerBytes(image);
  return { kind: 'source', sourceDigest, architecture, bytes, needsCopy: needsCopy(image.config) };
}

function layerBytes({ manifest }: ParsedImage): number {
  return manifest.layers.reduce((sum, layer) => sum + layer.size, 0);
}

function skip(reason: SkipReason, detail?: string): Inspection {
  return { kind: 'skip', reason, ...(detail !== undefined && { detail }) };
}
