import { expect, it } from 'vitest';
import { artifactTypeOf } from '../../../lib/image/artifact-type.ts';
import { MediaType } from '../../../lib/image/manifest.ts';

const typeOf = (manifest: unknown) =>
  artifactTypeOf({
    bytes: Buffer.from(JSON.stringify(manifest)),
    mediaType: MediaType.ociManifest,
  });

it.each([
  [
    'a Helm chart',
    { config: { mediaType: 'application/vnd.cncf.helm.config.v1+json' } },
    'a Helm chart (application/vnd.cncf.helm.config.v1+json)',
  ],
  [
    'an artifact with an empty config',
    { artifactType: 'application/spdx+json', config: { mediaType: MediaType.ociEmpty } },
    'an SBOM (application/spdx+json)',
  ],
  [
    'a signature by cosign, whose config is that of an image',
    {
      config: { mediaType: MediaType.ociConfig },
      layers: [{ mediaType: 'application/vnd.dev.cosign.simplesigning.v1+json' }],
    },
    'a signature by cosign (application/vnd.dev.cosign.simplesigning.v1+json)',
  ],
  [
    'an unknown artifact',
    { artifactType: 'application/x.own', config: { mediaType: MediaType.ociEmpty } },
    'application/x.own',
  ],
  ['a manifest without types', {}, MediaType.ociManifest],
  ['no object', 7, MediaType.ociManifest],
])('names the type of %s', (_, manifest, type) => {
  expect(typeOf(manifest)).toBe(type);
});
