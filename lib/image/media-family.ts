import { type ImageManifest, MediaType } from './manifest.ts';

/** The two image formats. An image does not mix them. */
export type MediaFamily = 'oci' | 'docker';

const MANIFESTS: ReadonlyMap<string, MediaFamily> = new Map([
  [MediaType.ociManifest, 'oci'],
  [MediaType.dockerManifest, 'docker'],
]);

const CONFIGS: ReadonlyMap<string, MediaFamily> = new Map([
  [MediaType.ociConfig, 'oci'],
  [MediaType.dockerConfig, 'docker'],
]);

const LAYERS: ReadonlyMap<string, MediaFamily> = new Map([
  ['application/vnd.oci.image.layer.v1.tar', 'oci'],
  ['application/vnd.oci.image.layer.v1.tar+gzip', 'oci'],
  ['application/vnd.oci.image.layer.v1.tar+zstd', 'oci'],
  ['application/vnd.docker.image.rootfs.diff.tar', 'docker'],
  ['application/vnd.docker.image.rootfs.diff.tar.gzip', 'docker'],
]);

/**
 * Returns undefined if the manifest is not an image of either format. An OCI manifest may omit its
 * own media type.
 */
export function manifestFamily(manifest: ImageManifest): MediaFamily | undefined {
  return manifest.mediaType === undefined
    ? CONFIGS.get(manifest.config.mediaType)
    : MANIFESTS.get(manifest.mediaType);
}

/** Returns undefined for a type that is not an image's config. */
export function configFamily(mediaType: string): MediaFamily | undefined {
  return CONFIGS.get(mediaType);
}

/** Returns undefined for an unknown type, also for layers stored outside the registry. */
export function layerFamily(mediaType: string): MediaFamily | undefined {
  return LAYERS.get(mediaType);
}
