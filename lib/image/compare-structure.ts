import type { Descriptor, ImageConfig, ImageManifest } from './manifest.ts';

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

/** One to three layers: dpkg adds one; apk, zypper and package managers from outside add two. */
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
  | { readonly accepted: false; readonly reason: StructureReason; readonly detail: string };

/** Whether a patched image is its source plus a few layers, and nothing else. */
export function compareStructure(options: {
  readonly source: ImageParts;
  readonly patched: ImageParts;
  /** What the label `BaseImage` must say: the reference that Copa was given. */
  readonly sourceReference?: string;
  readonly limits?: StructureLimits;
}): StructureVerdict {
  const { source, patched } = options;
  const kept = source.manifest.layers.every(
    (layer, at) => patched.manifest.layers[at]?.digest === layer.digest,
  );
  if (!kept) {
    return { accepted: false, reason: 'layers-changed', detail: 'not the source and more' };
  }
  return {
    accepted: true,
    addedLayers: patched.manifest.layers.slice(source.manifest.layers.length),
  };
}
