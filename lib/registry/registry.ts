import type { Digest } from '../image/digest.ts';
import type { Descriptor } from '../image/manifest.ts';
import type { RegistryHost, RepositoryName, Tag } from '../image/reference.ts';

/** One tag as the registry lists it. */
export interface TagAttributes {
  readonly tag: Tag;
  readonly digest: Digest;
  /** When this tag first came to be, by the registry's clock; absent where it doesn't say. */
  readonly createdAt?: Date;
  /** When it last was put, moved, locked or unlocked, by the registry's clock. */
  readonly updatedAt?: Date;
}

export interface TagPage {
  readonly tags: readonly TagAttributes[];
  /** Give it back as `after` for the next page; absent on the last one. */
  readonly next?: Tag;
}

/** One manifest as the registry lists it, tagged or not. */
export interface ManifestAttributes {
  readonly digest: Digest;
  /** When it last was put or changed, by the registry's clock; absent where it doesn't say. */
  readonly updatedAt?: Date;
}

export interface ManifestPage {
  readonly manifests: readonly ManifestAttributes[];
  /** Give it back as `after` for the next page; absent on the last one. */
  readonly next?: Digest;
}

/** A manifest's exact bytes: what its digest is of, and what is put back. */
export interface StoredManifest {
  readonly bytes: Uint8Array;
  readonly mediaType: string;
  readonly digest: Digest;
}

export interface TokenScope {
  readonly repository: RepositoryName;
  readonly actions: readonly ('pull' | 'push' | 'delete')[];
}

export interface RegistryToken {
  /** A secret. */
  readonly token: string;
  readonly expiresAt: Date;
}

/** What went wrong, in the terms that decide what to do about it. */
export type RegistryErrorCode =
  | 'unauthorized'
  | 'denied'
  | 'locked'
  | 'throttled'
  | 'unavailable'
  | 'too-large'
  | 'digest-mismatch'
  | 'invalid'
  | 'unexpected';

/** An unexpected failure of the registry. Absence is never one: it is a value. */
export class RegistryError extends Error {
  readonly code: RegistryErrorCode;
  readonly retryAfterSeconds: number | undefined;

  constructor(
    code: RegistryErrorCode,
    message: string,
    options: { readonly retryAfterSeconds?: number | undefined; readonly cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause });
    this.name = 'RegistryError';
    this.code = code;
    this.retryAfterSeconds = options.retryAfterSeconds;
  }
}

/** Port: an OCI registry with ACR's listing and tokens. Adapter: `AcrRegistry`. */
export interface Registry {
  readonly host: RegistryHost;
  /** One page of tags in name order; undefined where there is no such repository. */
  listTags(
    repository: RepositoryName,
    options?: { readonly after?: Tag },
  ): Promise<TagPage | undefined>;
  tag(repository: RepositoryName, tag: Tag): Promise<TagAttributes | undefined>;
  /** One page of manifests in digest order; undefined where there is no such repository. */
  listManifests(
    repository: RepositoryName,
    options?: { readonly after?: Digest },
  ): Promise<ManifestPage | undefined>;
  /** By tag or digest. Checked against its digest; refused above 4 MiB (`too-large`). */
  manifest(
    repository: RepositoryName,
    reference: Tag | Digest,
  ): Promise<StoredManifest | undefined>;
  /** Puts these bytes under a tag, or by their own digest; gives their digest. */
  putManifest(
    repository: RepositoryName,
    reference: Tag | Digest,
    manifest: { readonly bytes: Uint8Array; readonly mediaType: string },
  ): Promise<Digest>;
  /** By digest. Ends well where it is absent. */
  deleteManifest(repository: RepositoryName, digest: Digest): Promise<void>;
  /** The whole blob, checked against its digest; undefined where absent, `too-large` above the limit. */
  blob(
    repository: RepositoryName,
    digest: Digest,
    maxBytes: number,
  ): Promise<Uint8Array | undefined>;
  /** The blob as a stream, for what is too large to hold; the reader ends early by returning. */
  openBlob(
    repository: RepositoryName,
    digest: Digest,
  ): Promise<AsyncIterable<Uint8Array> | undefined>;
  /** Stores bytes whose digest is given. Ends well where the blob is there already. */
  putBlob(repository: RepositoryName, digest: Digest, bytes: Uint8Array): Promise<void>;
  /** Mounts a blob from another repository, and copies it where the registry won't mount. */
  shareBlob(options: {
    readonly from: RepositoryName;
    readonly to: RepositoryName;
    readonly digest: Digest;
  }): Promise<'present' | 'mounted' | 'copied'>;
  /** The manifests whose subject is this digest. */
  referrers(repository: RepositoryName, digest: Digest): Promise<readonly Descriptor[]>;
  /** An access token with these scopes and no others, minted now. */
  mintToken(scopes: readonly TokenScope[]): Promise<RegistryToken>;
}
