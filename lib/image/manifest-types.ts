import { MediaType } from './manifest.ts';

export const IMAGE_MANIFEST_TYPES: readonly string[] = [
  MediaType.ociManifest,
  MediaType.dockerManifest,
];

export const IMAGE_INDEX_TYPES: readonly string[] = [
  MediaType.ociIndex,
  MediaType.dockerManifestList,
];

export const IMAGE_CONFIG_TYPES: readonly string[] = [MediaType.ociConfig, MediaType.dockerConfig];

/** The `Accept` header for a manifest of any kind that we can read. */
export const ACCEPTED_MANIFESTS = [...IMAGE_MANIFEST_TYPES, ...IMAGE_INDEX_TYPES].join(', ');
