import type { Digest } from '../../image/digest.ts';
import { ImageConfig, ImageManifest } from '../../image/manifest.ts';
import { IMAGE_CONFIG_TYPES, IMAGE_MANIFEST_TYPES } from '../../image/manifest-types.ts';
import type { RepositoryName, Tag } from '../../image/reference.ts';
import { readJson } from '../../json/read-json.ts';
import type { Registry, StoredManifest } from '../../registry/registry.ts';

const MAX_CONFIG_BYTES = 4 * 1024 * 1024;

export interface ParsedImage {
  readonly manifest: ImageManifest;
  readonly config: ImageConfig;
  readonly configBytes: Uint8Array;
  /** Of the manifest. */
  readonly mediaType: string;
}

/** Reads an image's manifest and config. Returns undefined if it is not an image. */
export async function readImage(
  registry: Pick<Registry, 'blob'>,
  repository: RepositoryName,
  stored: StoredManifest,
): Promise<ParsedImage | undefined> {
  if (!IMAGE_MANIFEST_TYPES.includes(stored.mediaType)) return undefined;
  const manifest = readJson(ImageManifest, stored.bytes);
  if (!manifest.ok || !IMAGE_CONFIG_TYPES.includes(manifest.value.config.mediaType)) {
    return undefined;
  }
  const bytes = await registry.blob(repository, manifest.value.config.digest, MAX_CONFIG_BYTES);
  if (bytes === undefined) return undefined;
  const config = readJson(ImageConfig, bytes);
  return config.ok
    ? {
        manifest: manifest.value,
        config: config.value,
        configBytes: bytes,
        mediaType: stored.mediaType,
      }
    : undefined;
}

/** Reads the image under a name. Returns undefined if it was deleted, or is not an image. */
export async function readImageAt(
  registry: Pick<Registry, 'blob' | 'manifest'>,
  repository: RepositoryName,
  reference: Tag | Digest,
): Promise<ParsedImage | undefined> {
  const stored = await registry.manifest(repository, reference);
  return stored === undefined ? undefined : readImage(registry, repository, stored);
}
