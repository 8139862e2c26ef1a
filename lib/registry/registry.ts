import type { Digest } from '../image/digest.ts';
import type { Descriptor } from '../image/manifest.ts';
import type { RegistryHost, RepositoryName, Tag } from '../image/reference.ts';

/** One tag as the registry lists it. */
export interface TagAttributes {
  readonly tag: Tag;
  readonly digest: Digest;
  /** When the tag was created, by the registry's clock; absent if the registry doesn't say. */
  readonly createdAt?: Date;
  /** True if the tag may not be moved or deleted. Its manifest has a lock of its own. */
  readonly locked?: boolean;
  /** When the tag was last put, moved, locked or unlocked, by the registry's clock. */
  readonly updatedAt?: Date;
}

export interface TagPage {
  readonly tags: readonly TagAttributes[];
  /** Pass it as `after` to get the next page; absent on the last page. */
  readonly next?: Tag;
}

/** One manifest as the registry lists it, tagged or not. */
export interface ManifestAttributes {
  readonly digest: Digest;
  /** When the manifest was last put or changed, by the registry's clock; absent if unknown. */
  readonly updatedAt?: Date;
}

export interface ManifestPage {
  readonly manifests: readonly ManifestAttributes[];
  /** Pass it as `after` to get the next page; absent on the last page. */
  readonly next?: Digest;
}

/** A manifest as exact bytes, so that its digest stays the same when it is put again. */
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

/** The kinds of failure that callers treat differently. */
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

/** An unexpected failure of the registry. An absent item is not an error but `undefined`. */
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
  /** One page of tags in name order; undefined if the repository does not exist. */
  listTags(
    repository: RepositoryName,
    options?: { readonly after?: Tag },
  ): Promise<TagPage | undefined>;
  tag(repository: RepositoryName, tag: Tag): Promise<TagAttributes | undefined>;
  /** One page of manifests in digest order; undefined if the repository does not exist. */
  listManifests(
    repository: RepositoryName,
    options?: { readonly after?: Digest },
  ): Promise<ManifestPage | undefined>;
  /** Checks the bytes against their digest. Throws `too-large` above 4 MiB. */
  manifest(
    repository: RepositoryName,
    reference: Tag | Digest,
  ): Promise<StoredManifest | undefined>;
  /** Puts these bytes under a tag or under their own digest. Returns their digest. */
  putManifest(
    repository: RepositoryName,
    reference: Tag | Digest,
    manifest: { readonly bytes: Uint8Array; readonly mediaType: string },
  ): Promise<Digest>;
  /** Does nothing if the manifest is absent. */
  deleteManifest(repository: RepositoryName, digest: Digest): Promise<void>;
  /**
   * Reads the whole blob and checks its digest; undefined if absent. Throws `too-large` above the
   * limit.
   */
  blob(
    repository: RepositoryName,
    digest: Digest,
    maxBytes: number,
  ): Promise<Uint8Array | undefined>;
  /**
   * The blob as a stream, for blobs that do not fit in memory. A reader may stop early. The stream
   * fails after `timeoutMs`, or after a limit of the registry's own.
   */
  openBlob(
    repository: RepositoryName,
    digest: Digest,
    timeoutMs?: number,
  ): Promise<AsyncIterable<Uint8Array> | undefined>;
  /** Stores bytes whose digest is given. Does nothing if the blob exists. */
  putBlob(repository: RepositoryName, digest: Digest, bytes: Uint8Array): Promise<void>;
  /** Mounts a blob from another repository. Copies it if the registry refuses to mount. */
  shareBlob(options: {
    readonly from: RepositoryName;
    readonly to: RepositoryName;
    readonly digest: Digest;
  }): Promise<'present' | 'mounted' | 'copied'>;
  /** The manifests whose subject is this digest. Reads no further page once it has `enough`. */
  referrers(
    repository: RepositoryName,
    digest: Digest,
    options?: { readonly enough?: number },
  ): Promise<readonly Descriptor[]>;
  /** A new access token with exactly these scopes. */
  mintToken(scopes: readonly TokenScope[]): Promise<RegistryToken>;
}
