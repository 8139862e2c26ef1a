/** Part of the stand-ins for Trivy and Copa: for tests and the demo, never shipped. */
import type { Digest } from '../../../lib/image/digest.ts';

export interface ManifestDocument {
  readonly bytes: Uint8Array;
  readonly mediaType: string;
  readonly digest: Digest;
}

/** One repository to pull from: in a registry, or an image layout in a folder or in memory. */
export interface ImageSource {
  /** By tag or digest; throws `ImageNotFound` where there is none. */
  manifest(reference: string): Promise<ManifestDocument>;
  blob(digest: Digest): Promise<Uint8Array>;
}

/** One repository to push to. */
export interface ImageTarget {
  /** Stores a blob, if it is not there; takes it from `mountFrom`, another repository, if it can. */
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
