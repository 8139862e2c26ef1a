/** Part of the images that tests and the demo work on; never shipped. */
import { type Digest, digestOf } from '../../lib/image/digest.ts';
import { type Descriptor, MediaType } from '../../lib/image/manifest.ts';
import { type LayerEntry, packLayer } from '../stand-ins/filesystem/layer.ts';
import type { LayoutContent } from './oci-layout.ts';

/** A fixed time, so that the same image always has the same digest. */
export const BUILT_AT = new Date('2025-03-01T12:00:00Z');

export interface LayerSpec {
  readonly entries: readonly LayerEntry[];
  /** Text in the history. */
  readonly createdBy: string;
}

export interface ImageSpec {
  readonly layers: readonly LayerSpec[];
  /** The config's `config`: entry point, environment, labels and so on. */
  readonly config?: Readonly<Record<string, unknown>>;
  readonly mediaTypes?: 'oci' | 'docker';
  readonly os?: string;
  readonly architecture?: string;
  readonly osVersion?: string;
  readonly annotations?: Readonly<Record<string, string>>;
}

const MEDIA_TYPES = {
  oci: {
    manifest: MediaType.ociManifest,
    config: MediaType.ociConfig,
    layer: 'application/vnd.oci.image.layer.v1.tar+gzip',
  },
  docker: {
    manifest: MediaType.dockerManifest,
    config: 'application/vnd.docker.container.image.v1+json',
    layer: 'application/vnd.docker.image.rootfs.diff.tar.gzip',
  },
} as const;

/** Builds one image, OCI (the default) or Docker schema 2. The same input gives the same digest. */
export async function buildImage(spec: ImageSpec): Promise<LayoutContent> {
  const types = MEDIA_TYPES[spec.mediaTypes ?? 'oci'];
  const packed = await Promise.all(spec.layers.map(({ entries }) => packLayer(entries, BUILT_AT)));
  const config = jsonBytes({
    created: BUILT_AT.toISOString(),
    architecture: spec.architecture ?? 'amd64',
    os: spec.os ?? 'linux',
    ...(spec.osVersion ? { 'os.version': spec.osVersion } : {}),
    config: spec.config ?? {},
    rootfs: { type: 'layers', diff_ids: packed.map(({ diffId }) => diffId) },
    history: spec.layers.map(({ createdBy }) => ({
      created: BUILT_AT.toISOString(),
      created_by: createdBy,
    })),
  });
  const manifest = jsonBytes({
    schemaVersion: 2,
    mediaType: types.manifest,
    config: { mediaType: types.config, digest: digestOf(config), size: config.length },
    layers: packed.map(({ digest, bytes }) => ({
      mediaType: types.layer,
      digest,
      size: bytes.length,
    })),
    ...(spec.annotations ? { annotations: spec.annotations } : {}),
  });
  const blobs = new Map<Digest, Uint8Array>(packed.map(({ digest, bytes }) => [digest, bytes]));
  return withManifest(manifest, types.manifest, blobs.set(digestOf(config), config));
}

export interface IndexEntry {
  readonly content: LayoutContent;
  readonly platform: {
    readonly os: string;
    readonly architecture: string;
    readonly variant?: string;
  };
  readonly annotations?: Readonly<Record<string, string>>;
}

/** Builds an index over images, as buildx does for several platforms or with attestations. */
export function buildIndex(entries: readonly IndexEntry[]): LayoutContent {
  const manifests = entries.map(({ content, platform, annotations }) => ({
    ...content.descriptor,
    platform,
    ...(annotations ? { annotations } : {}),
  }));
  const index = jsonBytes({ schemaVersion: 2, mediaType: MediaType.ociIndex, manifests });
  const blobs = new Map(entries.flatMap(({ content }) => [...content.blobs]));
  return withManifest(index, MediaType.ociIndex, blobs);
}

/** Builds an artifact: a manifest with blobs that are not an image. */
export function buildArtifact(spec: {
  readonly configType: string;
  readonly artifactType?: string;
  readonly layers: readonly {
    readonly mediaType: string;
    readonly bytes: Uint8Array;
    readonly title?: string;
  }[];
  readonly annotations?: Readonly<Record<string, string>>;
}): LayoutContent {
  const config = jsonBytes({});
  const layers = spec.layers.map(({ mediaType, bytes, title }) => ({
    mediaType,
    digest: digestOf(bytes),
    size: bytes.length,
    ...(title ? { annotations: { 'org.opencontainers.image.title': title } } : {}),
  }));
  const manifest = jsonBytes({
    schemaVersion: 2,
    mediaType: MediaType.ociManifest,
    ...(spec.artifactType ? { artifactType: spec.artifactType } : {}),
    config: { mediaType: spec.configType, digest: digestOf(config), size: config.length },
    layers,
    ...(spec.annotations ? { annotations: spec.annotations } : {}),
  });
  const blobs = new Map<Digest, Uint8Array>([[digestOf(config), config]]);
  for (const { bytes } of spec.layers) {
    blobs.set(digestOf(bytes), bytes);
  }
  return withManifest(manifest, MediaType.ociManifest, blobs);
}

/** A manifest's bytes and its blobs, as content of a layout. */
export function withManifest(
  bytes: Uint8Array,
  mediaType: string,
  blobs: ReadonlyMap<Digest, Uint8Array>,
): LayoutContent {
  const descriptor: Descriptor = { mediaType, digest: digestOf(bytes), size: bytes.length };
  return { descriptor, blobs: new Map([...blobs, [descriptor.digest, bytes]]) };
}

export function jsonBytes(value: unknown): Uint8Array {
  return Buffer.from(JSON.stringify(value));
}
