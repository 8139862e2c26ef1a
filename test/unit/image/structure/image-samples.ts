import { digestOf } from '../../../../lib/image/digest.ts';
import { ImageConfig, ImageManifest, MediaType } from '../../../../lib/image/manifest.ts';
import type { ImageParts } from '../../../../lib/image/structure/compare-structure.ts';

const MEBIBYTE = 1024 * 1024;
const OCI_LAYER = 'application/vnd.oci.image.layer.v1.tar+gzip';

/** The argument of Copa's `-i` for the source below. */
export const SOURCE_REFERENCE = `reg.azurecr.io/app@${digestOf('source')}`;

export function aLayer(name: string, size = MEBIBYTE) {
  return { mediaType: OCI_LAYER, digest: digestOf(name), size };
}

/** Returns a source of two layers in the form of a builder, in plain JSON. */
export function sourceJson() {
  return {
    manifest: {
      schemaVersion: 2,
      mediaType: MediaType.ociManifest,
      config: { mediaType: MediaType.ociConfig, digest: digestOf('config'), size: 1000 },
      layers: [aLayer('base', 30 * MEBIBYTE), aLayer('app')],
      annotations: {
        'org.opencontainers.image.version': '1.4',
        'org.opencontainers.image.source': 'https://example.org/app',
      },
    },
    config: {
      created: '2024-05-01T10:00:00Z',
      architecture: 'amd64',
      os: 'linux',
      variant: 'v2',
      config: {
        User: '65532',
        Env: ['PATH=/usr/bin'],
        Entrypoint: ['/app'],
        Labels: { team: 'payments' },
        ExposedPorts: { '8080/tcp': {} },
      },
      rootfs: { type: 'layers', diff_ids: [digestOf('base-tar'), digestOf('app-tar')] },
      history: [
        { created: '2024-05-01T09:00:00.120Z', created_by: 'ADD rootfs.tar /' },
        { created: '2024-05-01T10:00:00Z', created_by: 'ENV PATH=/usr/bin', empty_layer: true },
        { created: '2024-05-01T10:00:00Z', created_by: 'COPY app /app', comment: 'buildkit' },
      ],
    },
  };
}

/** Returns the patched image that Copa pushes: one more layer, label, annotations, history entry. */
export function patchedJson() {
  const { manifest, config } = sourceJson();
  return {
    manifest: {
      ...manifest,
      config: { ...manifest.config, digest: digestOf('patched config'), size: 1200 },
      layers: [...manifest.layers, aLayer('patch', 6 * MEBIBYTE)],
      annotations: {
        ...manifest.annotations,
        'org.opencontainers.image.version': '1.4-job1',
        'org.opencontainers.image.created': '2026-11-23T02:00:00Z',
        'sh.copa.image.patched': '2026-11-23T02:00:00Z',
      },
    },
    config: {
      ...config,
      config: { ...config.config, labels: { BaseImage: SOURCE_REFERENCE } },
      rootfs: { ...config.rootfs, diff_ids: [...config.rootfs.diff_ids, digestOf('patch-tar')] },
      history: [
        ...config.history,
        {
          created: '2026-11-23T02:00:00Z',
          created_by: 'sh -c apt-get install openssl',
          comment: 'buildkit.exporter.image.v0',
        },
      ],
    },
  };
}

export function partsOf(json: {
  readonly manifest: unknown;
  readonly config: unknown;
}): ImageParts {
  return {
    manifest: ImageManifest.parse(json.manifest),
    config: ImageConfig.parse(json.config),
  };
}
