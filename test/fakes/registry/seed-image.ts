import { type Digest, digestOf } from '../../../lib/image/digest.ts';
import { type Descriptor, type ImageManifest, MediaType } from '../../../lib/image/manifest.ts';
import type { RepositoryName, Tag } from '../../../lib/image/reference.ts';
import type { Registry } from '../../../lib/registry/registry.ts';

export interface ImageSeed {
  readonly repository: RepositoryName;
  /** If there are none, the image is put by its digest. */
  readonly tags?: readonly Tag[];
  /** The bytes of each layer. Default: one small layer. */
  readonly layers?: readonly (Uint8Array | string)[];
  /** Fields of the config in addition to `os`, `architecture` and `rootfs`. */
  readonly config?: Readonly<Record<string, unknown>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly mediaTypes?: 'oci' | 'docker';
  readonly subject?: Descriptor;
  readonly artifactType?: string;
}

export interface SeededImage {
  readonly digest: Digest;
  readonly manifest: ImageManifest;
  /** The descriptor with which another manifest would refer to this one. */
  readonly descriptor: Descriptor;
}

const TYPES = {
  oci: {
    manifest: MediaType.ociManifest,
    config: MediaType.ociConfig,
    layer: 'application/vnd.oci.image.layer.v1.tar',
  },
  docker: {
    manifest: MediaType.dockerManifest,
    config: 'application/vnd.docker.container.image.v1+json',
    layer: 'application/vnd.docker.image.rootfs.diff.tar',
  },
} as const;

/** Pushes an image like any client, blobs first. Works with the fake and with a real registry. */
export async function seedImage(registry: Registry, seed: ImageSeed): Promise<SeededImage> {
  const types = TYPES[seed.mediaTypes ?? 'oci'];
  const { repository } = seed;
  const put = async (bytes: Uint8Array, mediaType: string): Promise<Descriptor> => {
    const digest = digestOf(bytes);
    await registry.putBlob(repository, digest, bytes);
    return { mediaType, digest, size: bytes.byteLength };
  };
  const layers: Descriptor[] = [];
  for (const layer of seed.layers ?? ['one layer']) {
    layers.push(await put(Buffer.from(layer), types.layer));
  }
  const config = {
    architecture: 'amd64',
    os: 'linux',
    rootfs: { type: 'layers', diff_ids: layers.map(({ digest }) => digest) },
    config: {},
    ...seed.config,
  };
  const manifest: ImageManifest = {
    schemaVersion: 2,
    mediaType: types.manifest,
    ...(seed.artifactType === undefined ? {} : { artifactType: seed.artifactType }),
    config: await put(Buffer.from(JSON.stringify(config)), types.config),
    layers,
    ...(seed.subject === undefined ? {} : { subject: seed.subject }),
    ...(seed.annotations === undefined ? {} : { annotations: { ...seed.annotations } }),
  };
  const bytes = Buffer.from(JSON.stringify(manifest));
  const digest = digestOf(bytes);
  for (const reference of seed.tags?.length ? seed.tags : [digest]) {
    await registry.putManifest(repository, reference, { bytes, mediaType: types.manifest });
  }
  const descriptor = { mediaType: types.manifest, digest, size: bytes.byteLength };
  return { digest, manifest, descriptor };
}
