import type { Digest } from '../image/digest.ts';
import type { Descriptor } from '../image/manifest.ts';
import type { RegistryHost, RepositoryName, Tag } from '../image/reference.ts';
import { readBlob, shareBlob, streamBlob, writeBlob } from './blobs.ts';
import { listManifests } from './manifest-listing.ts';
import { readManifest, removeManifest, writeManifest } from './manifests.ts';
import { listReferrers } from './referrers.ts';
import type {
  ManifestPage,
  Registry,
  RegistryToken,
  StoredManifest,
  TagAttributes,
  TagPage,
  TokenScope,
} from './registry.ts';
import { RegistryHttp, type RegistryHttpOptions } from './registry-http.ts';
import type { TokenSource } from './registry-tokens.ts';
import { listTags, readTag } from './tag-listing.ts';

/**
 * An Azure Container Registry. Listings, tags and deletion go through `@azure/container-registry`. Our
 * own requests do what it lacks: scoped tokens, mounts, byte-exact manifests and referrers. Every
 * method throws RegistryError.
 */
export class AcrRegistry implements Registry {
  readonly host: RegistryHost;
  readonly #registry: RegistryHttp;
  readonly #tokens: TokenSource;

  constructor(options: RegistryHttpOptions) {
    this.host = options.host;
    this.#registry = new RegistryHttp(options);
    this.#tokens = options.tokens;
  }

  listTags(
    repository: RepositoryName,
    options: { readonly after?: Tag } = {},
  ): Promise<TagPage | undefined> {
    return listTags(this.#registry, repository, options.after);
  }

  tag(repository: RepositoryName, tag: Tag): Promise<TagAttributes | undefined> {
    return readTag(this.#registry, repository, tag);
  }

  listManifests(
    repository: RepositoryName,
    options: { readonly after?: Digest } = {},
  ): Promise<ManifestPage | undefined> {
    return listManifests(this.#registry, repository, options.after);
  }

  manifest(
    repository: RepositoryName,
    reference: Tag | Digest,
  ): Promise<StoredManifest | undefined> {
    return readManifest(this.#registry, repository, reference);
  }

  putManifest(
    repository: RepositoryName,
    reference: Tag | Digest,
    manifest: { readonly bytes: Uint8Array; readonly mediaType: string },
  ): Promise<Digest> {
    return writeManifest(this.#registry, repository, reference, manifest);
  }

  deleteManifest(repository: RepositoryName, digest: Digest): Promise<void> {
    return removeManifest(this.#registry, repository, digest);
  }

  blob(
    repository: RepositoryName,
    digest: Digest,
    maxBytes: number,
  ): Promise<Uint8Array | undefined> {
    return readBlob(this.#registry, { repository, digest }, maxBytes);
  }

  async openBlob(
    repository: RepositoryName,
    digest: Digest,
    timeoutMs?: number,
  ): Promise<AsyncIterable<Uint8Array> | undefined> {
    return (await streamBlob(this.#registry, { repository, digest }, timeoutMs))?.chunks;
  }

  putBlob(repository: RepositoryName, digest: Digest, bytes: Uint8Array): Promise<void> {
    return writeBlob(this.#registry, { repository, digest }, bytes);
  }

  shareBlob(options: {
    readonly from: RepositoryName;
    readonly to: RepositoryName;
    readonly digest: Digest;
  }): Promise<'present' | 'mounted' | 'copied'> {
    const { from, to, digest } = options;
    return shareBlob(this.#registry, from, { repository: to, digest });
  }

  referrers(
    repository: RepositoryName,
    digest: Digest,
    options: { readonly enough?: number } = {},
  ): Promise<readonly Descriptor[]> {
    return listReferrers(this.#registry, repository, digest, options);
  }

  mintToken(scopes: readonly TokenScope[]): Promise<RegistryToken> {
    return this.#tokens.mint(scopes);
  }
}
