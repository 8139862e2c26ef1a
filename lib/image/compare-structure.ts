import { isDeepStrictEqual } from 'node:util';
import { Annotation } from './annotations.ts';
import { configChange } from './compare-config.ts';
import { fieldsExcept } from './fields-except.ts';
import type { Descriptor, ImageConfig, ImageManifest } from './manifest.ts';
import { layerFamily, manifestFamily } from './media-family.ts';

export interface ImageParts {
  readonly manifest: ImageManifest;
  readonly config: ImageConfig;
}

export interface StructureLimits {
  readonly maxAddedLayers: number;
  /** Compressed bytes of the added layers. */
  readonly maxAddedBytes: number;
  /** Added bytes as a share of the source's bytes; counts only above `ratioFromBytes`. */
  readonly maxAddedRatio: number;
  readonly ratioFromBytes: number;
}

/**
 * One to three layers: dpkg adds one; apk, zypper and package managers from outside add two.
 * A small image may well double: Alpine's packages are few and most of them come again.
 */
export const STRUCTURE_LIMITS: StructureLimits = {
  maxAddedLayers: 3,
  maxAddedBytes: 1024 * 1024 * 1024,
  maxAddedRatio: 1.5,
  ratioFromBytes: 64 * 1024 * 1024,
};

export type StructureReason =
  | 'media-type-changed'
  | 'platform-changed'
  | 'layers-changed'
  | 'nothing-added'
  | 'too-many-layers'
  | 'grew-too-much'
  | 'config-changed'
  | 'manifest-changed';

export type StructureVerdict =
  | { readonly accepted: true; readonly addedLayers: readonly Descriptor[] }
  | Refusal;

interface Refusal {
  readonly accepted: false;
  readonly reason: StructureReason;
  readonly detail: string;
}

/**
 * Whether a patched image is its source plus a few layers, and nothing else: the source's layers
 * first and in order, a config that differs only where Copa and BuildKit change it, and annotations
 * that are the source's, Copa's or ours.
 */
export function compareStructure(options: {
  readonly source: ImageParts;
  readonly patched: ImageParts;
  /** What the label `BaseImage` must say: the reference that Copa was given. */
  readonly sourceReference?: string;
  readonly limits?: StructureLimits;
}): StructureVerdict {
  const { source, patched, sourceReference, limits = STRUCTURE_LIMITS } = options;
  const addedLayers = patched.manifest.layers.slice(source.manifest.layers.length);

  const refusal =
    mediaTypeRefusal(source.manifest, patched.manifest, addedLayers) ??
    layersRefusal(source.manifest, patched.manifest, addedLayers, limits) ??
    platformRefusal(source.config, patched.config) ??
    configRefusal(source.config, patched.config, addedLayers.length, sourceReference) ??
    manifestRefusal(source.manifest, patched.manifest);
  return refusal ?? { accepted: true, addedLayers };
}

function refuse(reason: StructureReason, detail: string): Refusal {
  return { accepted: false, reason, detail };
}

function mediaTypeRefusal(
  source: ImageManifest,
  patched: ImageManifest,
  added: readonly Descriptor[],
): Refusal | undefined {
  const family = manifestFamily(source);
  if (family === undefined || manifestFamily(patched) !== family) {
    return refuse('media-type-changed', 'the manifest is of another format than the source');
  }
  if (patched.config.mediaType !== source.config.mediaType) {
    return refuse('media-type-changed', 'the config is of another format than the source');
  }
  const foreign = added.some((layer) => layerFamily(layer.mediaType) !== family);
  return foreign
    ? refuse('media-type-changed', 'an added layer is of another format than the manifest')
    : undefined;
}

function layersRefusal(
  source: ImageManifest,
  patched: ImageManifest,
  added: readonly Descriptor[],
  limits: StructureLimits,
): Refusal | undefined {
  // Media types of the source's layers may be rewritten to the manifest's family: same bytes.
  const kept = source.layers.every((layer, at) => {
    const other = patched.layers[at];
    return other?.digest === layer.digest && other.size === layer.size;
  });
  if (!kept) {
    return refuse('layers-changed', "the patched image does not begin with the source's layers");
  }
  // `urls` and `data` would have a layer's bytes come from elsewhere than the registry.
  const redirected =
    source.layers.some((layer, at) => !isSameOrigin(layer, patched.layers[at])) ||
    added.some((layer) => !isSameOrigin(layer, undefined));
  if (redirected) return refuse('layers-changed', 'a layer is to be taken from elsewhere');

  if (added.length === 0) return refuse('nothing-added', 'no layer was added');
  if (added.length > limits.maxAddedLayers) {
    return refuse('too-many-layers', `${added.length} were added, of ${limits.maxAddedLayers}`);
  }

  const addedBytes = bytesOf(added);
  const allowedByRatio = Math.max(
    limits.ratioFromBytes,
    bytesOf(source.layers) * limits.maxAddedRatio,
  );
  const allowed = Math.min(limits.maxAddedBytes, allowedByRatio);
  return addedBytes > allowed
    ? refuse('grew-too-much', `${addedBytes} bytes were added, of ${Math.floor(allowed)}`)
    : undefined;
}

function isSameOrigin(layer: Descriptor, other: Descriptor | undefined): boolean {
  return isDeepStrictEqual([layer.urls, layer.data], [other?.urls, other?.data]);
}

function platformRefusal(source: ImageConfig, patched: ImageConfig): Refusal | undefined {
  const fields = ['os', 'architecture', 'variant', 'os.version', 'os.features'];
  const changed = fields.filter((field) => !isDeepStrictEqual(source[field], patched[field]));
  return changed.length > 0 ? refuse('platform-changed', changed.join(', ')) : undefined;
}

function configRefusal(
  source: ImageConfig,
  patched: ImageConfig,
  addedLayers: number,
  sourceReference: string | undefined,
): Refusal | undefined {
  const change = configChange({
    source,
    patched,
    addedLayers,
    ...(sourceReference === undefined ? {} : { sourceReference }),
  });
  return change === undefined ? undefined : refuse('config-changed', change);
}

/** Set by Copa on every patch, besides the version, which it rewrites where the source has one. */
const COPA_ANNOTATIONS = ['org.opencontainers.image.created', 'sh.copa.image.patched'];
const CHANGEABLE: ReadonlySet<string> = new Set([
  ...COPA_ANNOTATIONS,
  ...Object.values(Annotation),
]);

function manifestRefusal(source: ImageManifest, patched: ImageManifest): Refusal | undefined {
  const compared = ['mediaType', 'config', 'layers', 'annotations'];
  if (!isDeepStrictEqual(fieldsExcept(source, compared), fieldsExcept(patched, compared))) {
    return refuse('manifest-changed', 'a field besides config, layers and annotations');
  }
  const content = ['digest', 'size'];
  if (
    !isDeepStrictEqual(fieldsExcept(source.config, content), fieldsExcept(patched.config, content))
  ) {
    return refuse('manifest-changed', "a field of the config's descriptor");
  }

  const before = new Map(Object.entries(source.annotations ?? {}));
  const after = new Map(Object.entries(patched.annotations ?? {}));
  const keys = new Set([...before.keys(), ...after.keys()]);
  for (const key of keys) {
    if (CHANGEABLE.has(key)) continue;
    if (before.get(key) !== after.get(key)) {
      return refuse('manifest-changed', `annotation ${key.slice(0, 128)}`);
    }
  }
  return undefined;
}

function bytesOf(layers: readonly Descriptor[]): number {
  return layers.reduce((sum, layer) => sum + layer.size, 0);
}
