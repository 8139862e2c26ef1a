/** Part of the stand-ins for Trivy and Copa: for tests and the demo, never shipped. */
import type { Digest } from '../../../lib/image/digest.ts';

export interface ManifestDocument {
  readonly bytes: Uint8Array;
  readonly mediaType: string;
  readonly digest: Digest;
}

/** One repository to pull from: in a registry, or an image layout in a folder or in memory. */
export interface ImageSource {
  /** Reads by tag or digest. Throws `ImageNotFound` if it does not exist. */
  manifest(reference: string): Promise<ManifestDocument>;
  blob(digest: Digest): Promise<Uint8Array>;
}

/** One repository to push to. */
export interface ImageTarget {
  /** Stores a blob if it is absent. Mounts it from the repository `mountFrom` if possible. */
  putBlob(
    digest: Digest,
    read: () => Promise<Uint8Array>,
    mountFrom?: string,
  ): Promise<'present' | 'mounted' | 'uploaded'>;
  putManifest(reference: string, manifest: ManifestDocument): Promise<void>;
}

export class ImageNotFound extends Error {
  override readonly name = 'ImageNotFound';
}
