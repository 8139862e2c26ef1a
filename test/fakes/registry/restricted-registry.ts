import type { Digest } from '../../../lib/image/digest.ts';
import type { Descriptor } from '../../../lib/image/manifest.ts';
import type { RegistryHost, RepositoryName, Tag } from '../../../lib/image/reference.ts';
import {
  type ManifestPage,
  type Registry,
  RegistryError,
  type RegistryToken,
  type StoredManifest,
  type TagAttributes,
  type TagPage,
} from '../../../lib/registry/registry.ts';
import type { RegistryAction, RegistryScope } from '../../../lib/registry/registry-scopes.ts';

/** A registry that checks the scopes which ACR requires for each operation. */
export class RestrictedRegistry implements Registry {
  readonly host: RegistryHost;
  readonly #registry: Registry;
  readonly #check: (scope: RegistryScope) => void;

  constructor(registry: Registry, check: (scope: RegistryScope) => void) {
    this.host = registry.host;
    this.#registry = registry;
    this.#check = check;
  }

  async listTags(
    repository: RepositoryName,
    options?: { readonly after?: Tag },
  ): Promise<TagPage | undefined> {
    this.#require(repository, 'metadata_read');
    return this.#registry.listTags(repository, options);
  }

  async tag(repository: RepositoryName, tag: Tag): Promise<TagAttributes | undefined> {
    this.#require(repository, 'metadata_read');
    return this.#registry.tag(repository, tag);
  }

  async listManifests(
    repository: RepositoryName,
    options?: { readonly after?: Digest },
  ): Promise<ManifestPage | undefined> {
    this.#require(repository, 'metadata_read');
    return this.#registry.listManifests(repository, options);
  }

  async manifest(
    repository: RepositoryName,
    reference: Tag | Digest,
  ): Promise<StoredManifest | undefined> {
    this.#require(repository, 'pull');
    return this.#registry.manifest(repository, reference);
  }

  async putManifest(
    repository: RepositoryName,
    reference: Tag | Digest,
    manifest: { readonly bytes: Uint8Array; readonly mediaType: string },
  ): Promise<Digest> {
    this.#require(repository, 'pull', 'push');
    return this.#registry.putManifest(repository, reference, manifest);
  }

  async deleteManifest(repository: RepositoryName, digest: Digest): Promise<void> {
    this.#require(repository, 'delete');
    return this.#registry.deleteManifest(repository, digest);
  }

  async blob(
    repository: RepositoryName,
    digest: Digest,
    maxBytes: number,
  ): Promise<Uint8Array | undefined> {
    this.#require(repository, 'pull');
    return this.#registry.blob(repository, digest, maxBytes);
  }

  async openBlob(
    repository: RepositoryName,
    digest: Digest,
  ): Promise<AsyncIterable<Uint8Array> | undefined> {
    this.#require(repository, 'pull');
    return this.#registry.openBlob(repository, digest);
  }

  async putBlob(repository: RepositoryName, digest: Digest, bytes: Uint8Array): Promise<void> {
    this.#require(repository, 'pull', 'push');
    return this.#registry.putBlob(repository, digest, bytes);
  }

  async shareBlob(options: {
    readonly from: RepositoryName;
    readonly to: RepositoryName;
    readonly digest: Digest;
  }): Promise<'present' | 'mounted' | 'copied'> {
    this.#require(options.to, 'pull', 'push');
    this.#require(options.from, 'pull');
    return this.#registry.shareBlob(options);
  }

  async referrers(repository: RepositoryName, digest: Digest): Promise<readonly Descriptor[]> {
    this.#require(repository, 'pull');
    return this.#registry.referrers(repository, digest);
  }

  async mintToken(): Promise<RegistryToken> {
    throw new RegistryError('denied', 'an access token buys no other');
  }

  #require(repository: RepositoryName, ...actions: readonly RegistryAction[]): void {
    this.#check({ repository, actions });
  }
}
