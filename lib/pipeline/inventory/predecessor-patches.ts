import { Annotation } from '../../image/annotations.ts';
import { basesIn } from '../../image/copa-config.ts';
import type { Digest } from '../../image/digest.ts';
import { ImageConfig, ImageIndex, ImageManifest } from '../../image/manifest.ts';
import { IMAGE_INDEX_TYPES } from '../../image/manifest-types.ts';
import type { RepositoryName, Tag } from '../../image/reference.ts';
import { readJson } from '../../json/read-json.ts';
import {
  RegistryError,
  type RegistryErrorCode,
  type TagAttributes,
} from '../../registry/registry.ts';
import type { Services } from '../services.ts';

type Needed = Pick<Services, 'inventory' | 'registry'>;

const SPOILED: readonly RegistryErrorCode[] = ['too-large', 'invalid', 'digest-mismatch'];
const MAX_CONFIG_BYTES = 4 * 1024 * 1024;
/** Images of an index that are compared with a patch, which has one of these platforms. */
const MAX_PLATFORMS = 10;

/**
 * `predecessor`: a patch that ACR Continuous Patching made of the base. `claimed`: its label says so,
 * but its layers are not those of the base, which was perhaps pushed again since.
 */
export type PredecessorKind = 'predecessor' | 'claimed';

/** Tells what a tag with the form of a patch tag is of its base, if we did not make it. */
export type PredecessorReader = (
  patch: TagAttributes,
  base: Tag,
) => Promise<PredecessorKind | undefined>;

/**
 * Anybody can write the label and the annotation. So such an image is only excused from being patched
 * and counted for numbering: it is scanned, and nothing about the base is taken from it.
 */
export function predecessorReader(services: Needed, repository: RepositoryName): PredecessorReader {
  const layersOf = layersReader(services, repository);
  return async (patch, base) => {
    const labeled = await labeledBy(services, repository, patch.digest).catch(nothingIfSpoiled);
    const named = labeled?.named.filter((reference) => reference.tag === base || !reference.tag);
    if (labeled === undefined || named === undefined || named.length === 0) return undefined;
    const digests = named.flatMap(({ digest }) => (digest === undefined ? [] : [digest]));
    const isOfBase = named.some(({ tag }) => tag === base);
    for (const reference of isOfBase ? [base, ...digests] : digests) {
      const candidates = await layersOf(reference).catch(nothingIfSpoiled);
      if (candidates?.some((layers) => beginsWith(labeled.layers, layers))) return 'predecessor';
    }
    if (await services.inventory.isPredecessor({ repository, ...patch })) return 'predecessor';
    return isOfBase ? 'claimed' : undefined;
  };
}

/**
 * A patch, or what its label names, that can't be read says nothing. It must not keep its base from
 * being patched.
 */
function nothingIfSpoiled(error: unknown): undefined {
  const code = error instanceof RegistryError ? error.code : undefined;
  if (code === undefined || !SPOILED.includes(code)) throw error;
}

function beginsWith(layers: readonly Digest[], first: readonly Digest[]): boolean {
  const longer = first.length > 0 && layers.length > first.length;
  return longer && first.every((digest, at) => layers[at] === digest);
}

/** What Copa's label names in this repository, if the manifest has Copa's annotation too. */
async function labeledBy({ registry }: Needed, repository: RepositoryName, digest: Digest) {
  const stored = await registry.manifest(repository, digest);
  const manifest = stored && readJson(ImageManifest, stored.bytes);
  if (!manifest?.ok) return undefined;
  if (manifest.value.annotations?.[Annotation.patchedByCopa] === undefined) return undefined;
  const bytes = await registry.blob(repository, manifest.value.config.digest, MAX_CONFIG_BYTES);
  const config = bytes && readJson(ImageConfig, bytes);
  if (!config?.ok) return undefined;
  const named = basesIn(`${registry.host}/${repository}`, config.value);
  return { named, layers: manifest.value.layers.map((layer) => layer.digest) };
}

/** The layers of the image behind a reference; of each image if it is an index. */
function layersReader({ registry }: Needed, repository: RepositoryName) {
  const known = new Map<string, Promise<readonly (readonly Digest[])[]>>();
  const read = async (reference: Tag | Digest): Promise<readonly (readonly Digest[])[]> => {
    const stored = await registry.manifest(repository, reference);
    if (stored === undefined) return [];
    if (IMAGE_INDEX_TYPES.includes(stored.mediaType)) {
      const index = readJson(ImageIndex, stored.bytes);
      const images = index.ok ? index.value.manifests.slice(0, MAX_PLATFORMS) : [];
      const lists = await Promise.all(images.map(({ digest }) => read(digest)));
      return lists.flat();
    }
    const manifest = readJson(ImageManifest, stored.bytes);
    return manifest.ok ? [manifest.value.layers.map(({ digest }) => digest)] : [];
  };
  return (reference: Tag | Digest) => {
    const pending = known.get(reference) ?? read(reference);
    known.set(reference, pending);
    return pending;
  };
}
