import { expect, it } from 'vitest';
import { digestOf } from '../../../lib/image/digest.ts';
import { ImageManifest, MediaType } from '../../../lib/image/manifest.ts';
import { layerFamily, manifestFamily } from '../../../lib/image/media-family.ts';

function manifest(mediaType: string | undefined, config: string) {
  return ImageManifest.parse({
    schemaVersion: 2,
    ...(mediaType !== undefined && { mediaType }),
    config: { mediaType: config, digest: digestOf('config'), size: 1 },
    layers: [],
  });
}

it.each([
  [MediaType.ociManifest, MediaType.ociConfig, 'oci'],
  [MediaType.dockerManifest, MediaType.dockerConfig, 'docker'],
  [undefined, MediaType.ociConfig, 'oci'],
  [undefined, MediaType.dockerConfig, 'docker'],
  [undefined, 'application/vnd.cncf.helm.config.v1+json', undefined],
  [MediaType.ociIndex, MediaType.ociConfig, undefined],
])('the family of a manifest %s with the config %s is %s', (mediaType, config, family) => {
  expect(manifestFamily(manifest(mediaType, config))).toBe(family);
});

it.each([
  ['application/vnd.oci.image.layer.v1.tar+gzip', 'oci'],
  ['application/vnd.oci.image.layer.v1.tar+zstd', 'oci'],
  ['application/vnd.docker.image.rootfs.diff.tar.gzip', 'docker'],
  ['application/vnd.docker.image.rootfs.foreign.diff.tar.gzip', undefined],
  ['text/html', undefined],
])('the family of a layer %s is %s', (mediaType, family) => {
  expect(layerFamily(mediaType)).toBe(family);
});
