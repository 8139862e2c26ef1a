import { isDeepStrictEqual } from 'node:util';
import { plainText } from '../../text/plain-text.ts';
import { Annotation } from '../annotations.ts';
import type { Descriptor, ImageConfig, ImageManifest } from '../manifest.ts';
import { configFamily, layerFamily, manifestFamily } from '../media-family.ts';
import { configChange } from './compare-config.ts';
import { fieldsExcept, saysNothingNew } from './fields-except.ts';

export interface ImageParts {
  readonly manifest: ImageManifest;
  readonly config: ImageConfig;
}

export interface StructureLimits {
  readonly maxAddedLayers: number;
  /** Compressed bytes of the added layers. */
  readonly maxAddedBytes: number;
  /** Added bytes divided by the source's bytes. Applies only above `ratioFromBytes`. */
  readonly maxAddedRatio: number;
  readonly ratioFromBytes: number;
}

/**
 * dpkg adds one layer; apk, zypper and package managers of a tooling image add two.
 * A small image may double in size: an update replaces most of Alpine's few packages.
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
 * Accepts a patched image if it is its source plus a few layers: it starts with the source's layers
 * in order, its config differs only in fields that Copa and BuildKit change, and its annotations
 * are the source's, Copa's or ours.
 */
export function compareStructure(options: {
  readonly source: ImageParts;
  readonly patched: ImageParts;
  /** The reference passed to Copa, which the label `BaseImage` must contain. */
  readonly sourceReference?: string | undefined;
  readonly limits?: StructureLimits;
}): StructureVerdict {
  const { source, patched, sourceReference, limits = STRUCTURE_LIMITS } = options;
  const addedLayers = patched.manifest.layers.slice(source.manifest.layers.length);

  const refusal =
    mediaTypeRefusal(source.manifest, patched.manifest) ??
    layersRefusal(source.manifest, patched.manifest, addedLayers, limits) ??
    platformRefusal(source.config, patched.config) ??
    configRefusal(source.config, patched.config, addedLayers.length, sourceReference) ??
    manifestRefusal(source.manifest, patched.manifest);
  return refusal ?? { accepted: true, addedLayers };
}

function refuse(reason: StructureReason, detail: string): Refusal {
  return { accepted: false, reason, detail };
}

function mediaTypeRefusal(source: ImageManifest, patched: ImageManifest): Refusal | undefined {
  const family = manifestFamily(source);
  if (family === undefined || manifestFamily(patched) !== family) {
    return refuse('media-type-changed', "the manifest's format differs from the source's");
  }
  // BuildKit writes the config's media type in the manifest's own format, also for an untidy source.
  const { mediaType } = patched.config;
  const untidy = configFamily(source.config.mediaType) !== undefined;
  if (mediaType !== source.config.mediaType && !(untidy && configFamily(mediaType) === family)) {
    return refuse('media-type-changed', "the config's format differs from the source's");
  }
  // BuildKit may rewrite the media types of the source's layers to the manifest's own format.
  const foreign = patched.layers.some(
    ({ mediaType }, at) =>
      layerFamily(mediaType) !== family && mediaType !== source.layers[at]?.mediaType,
  );
  return foreign
    ? refuse('media-type-changed', "a layer's format differs from the manifest's")
    : undefined;
}

function layersRefusal(
  source: ImageManifest,
  patched: ImageManifest,
  added: readonly Descriptor[],
  limits: StructureLimits,
): Refusal | undefined {
  const kept = source.layers.every((layer, at) => {
    const other = patched.layers[at];
    return other?.digest === layer.digest && other.size === layer.size;
  });
  if (!kept) {
    return refuse('layers-changed', "the patched image does not start with the source's layers");
  }
  // A descriptor's `urls` and `data` would add content from outside the registry.
  const described = patched.layers.every((layer, at) =>
    isSameDescription(source.layers[at], layer),
  );
  if (!described) return refuse('layers-changed', "a layer's descriptor has an additional field");

  if (added.length === 0) return refuse('nothing-added', 'no layer was added');
  if (added.length > limits.maxAddedLayers) {
    return refuse(
      'too-many-layers',
      `${added.length} layers were added, ${limits.maxAddedLayers} are allowed`,
    );
  }

  const addedBytes = bytesOf(added);
  const allowedByRatio = Math.max(
    limits.ratioFromBytes,
    bytesOf(source.layers) * limits.maxAddedRatio,
  );
  const allowed = Math.min(limits.maxAddedBytes, allowedByRatio);
  return addedBytes > allowed
    ? refuse('grew-too-much', `${addedBytes} bytes were added, ${Math.floor(allowed)} are allowed`)
    : undefined;
}

function isSameDescription(before: Descriptor | undefined, after: Descriptor): boolean {
  const compared = ['mediaType', 'digest', 'size', 'annotations'];
  return (
    saysNothingNew(fieldsExcept(before ?? {}, compared), fieldsExcept(after, compared)) &&
    saysNothingNew(before?.annotations ?? {}, after.annotations ?? {})
  );
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
  const change = configChange({ source, patched, addedLayers, sourceReference });
  return change === undefined ? undefined : refuse('config-changed', change);
}

/** Copa sets some of them on every patch. It also rewrites the version if the source has one. */
const CHANGEABLE: ReadonlySet<string> = new Set(Object.values(Annotation));

function manifestRefusal(source: ImageManifest, patched: ImageManifest): Refusal | undefined {
  const compared = ['mediaType', 'config', 'layers', 'annotations'];
  if (!saysNothingNew(fieldsExcept(source, compared), fieldsExcept(patched, compared))) {
    return refuse('manifest-changed', 'a field other than config, layers and annotations differs');
  }
  const content = ['mediaType', 'digest', 'size'];
  const [config, newConfig] = [source.config, patched.config].map((descriptor) =>
    fieldsExcept(descriptor, content),
  );
  if (!saysNothingNew(config ?? {}, newConfig ?? {})) {
    return refuse('manifest-changed', "a field of the config's descriptor differs");
  }

  const before = new Map(Object.entries(source.annotations ?? {}));
  const after = new Map(Object.entries(patched.annotations ?? {}));
  const keys = new Set([...before.keys(), ...after.keys()]);
  for (const key of keys) {
    if (CHANGEABLE.has(key)) continue;
    if (before.get(key) !== after.get(key)) {
      return refuse('manifest-changed', `annotation ${plainText(key, 128)}`);
    }
  }
  return undefined;
}

function bytesOf(layers: readonly Descriptor[]): number {
  return layers.reduce((sum, layer) => sum + layer.size, 0);
}
