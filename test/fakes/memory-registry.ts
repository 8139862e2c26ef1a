import type { Clock } from '../../lib/clock.ts';
import { type Digest, digestOf } from '../../lib/image/digest.ts';
import type { Descriptor } from '../../lib/image/manifest.ts';
import { RegistryHost, type RepositoryName, type Tag } from '../../lib/image/reference.ts';
import { isDigest } from '../../lib/registry/manifests.ts';
import {
  type ManifestPage,
  type Registry,
  RegistryError,
  type RegistryToken,
  type StoredManifest,
  type TagAttributes,
  type TagPage,
  type TokenScope,
} from '../../lib/registry/registry.ts';
import { RestrictedRegistry } from './registry/restricted-registry.ts';
import { StoredRepository } from './registry/stored-repository.ts';
import { TokenGrants } from './registry/token-grants.ts';

const CHUNK_BYTES = 64 * 1024;

export interface MemoryRegistryOptions {
  readonly clock: Clock;
  readonly host?: RegistryHost;
  /** Tags per page. Default: 100, as in ACR. */
  readonly pageSize?: number;
}

/**
 * A registry in memory, used with the app's rights; `withToken` gives a worker's view. It stores
 * copies and returns copies.
 */
export class MemoryRegistry implements Registry {
  readonly host: RegistryHost;
  /** True if the registry answers a mount with an upload, so that the blob is copied. */
  mountsRefused = false;
  readonly #pageSize: number;
  readonly #grants: TokenGrants;
  readonly #clock: Clock;
  readonly #repositories = new Map<RepositoryName, StoredRepository>();

  constructor(options: MemoryRegistryOptions) {
    this.host = options.host ?? RegistryHost.parse('registry.example.com');
    this.#pageSize = options.pageSize ?? 100;
    this.#clock = options.clock;
    this.#grants = new TokenGrants(options.clock);
  }

  async listTags(
    repository: RepositoryName,
    options: { readonly after?: Tag } = {},
  ): Promise<TagPage | undefined> {
    const stored = this.#find(repository);
    if (stored === undefined) return undefined;
    const { after } = options;
    const rest = stored.tags().filter(({ tag }) => after === undefined || tag > after);
    const tags = rest.slice(0, this.#pageSize);
    const last = tags.at(-1);
    return rest.length > tags.length && last !== undefined ? { tags, next: last.tag } : { tags };
  }

  async tag(repository: RepositoryName, tag: Tag): Promise<TagAttributes | undefined> {
    return this.#find(repository)?.tag(tag);
  }

  async listManifests(
    repository: RepositoryName,
    options: { readonly after?: Digest } = {},
  ): Promise<ManifestPage | undefined> {
    const stored = this.#find(repository);
    if (stored === undefined) return undefined;
    const { after } = options;
    const rest = stored.manifests().filter(({ digest }) => after === undefined || digest > after);
    const manifests = rest.slice(0, this.#pageSize);
    const last = manifests.at(-1);
    return rest.length > manifests.length && last !== undefined
      ? { manifests, next: last.digest }
      : { manifests };
  }

  async manifest(
    repository: RepositoryName,
    reference: Tag | Digest,
  ): Promise<StoredManifest | undefined> {
    const stored = this.#find(repository);
    const wanted = isDigest(reference) ? reference : stored?.tag(reference)?.digest;
    return wanted === undefined ? undefined : stored?.manifest(wanted);
  }

  async putManifest(
    repository: RepositoryName,
    reference: Tag | Digest,
    manifest: { readonly bytes: Uint8Array; readonly mediaType: string },
  ): Promise<Digest> {
    const { bytes, mediaType } = manifest;
    if (isDigest(reference) && digestOf(bytes) !== reference) {
      throw new RegistryError('digest-mismatch', `the bytes are not ${reference}`);
    }
    const tag = isDigest(reference) ? undefined : reference;
    return this.#obtain(repository).putManifest(bytes, mediaType, tag);
  }

  async deleteManifest(repository: RepositoryName, digest: Digest): Promise<void> {
    this.#find(repository)?.deleteManifest(digest);
  }

  async blob(
    repository: RepositoryName,
    digest: Digest,
    maxBytes: number,
  ): Promise<Uint8Array | undefined> {
    const bytes = this.#repositories.get(repository)?.blob(digest);
    if (bytes === undefined) return undefined;
    if (bytes.byteLength > maxBytes) {
      throw new RegistryError('too-large', `the blob is larger than ${maxBytes} bytes`);
    }
    return Uint8Array.from(bytes);
  }

  async openBlob(
    repository: RepositoryName,
    digest: Digest,
  ): Promise<AsyncIterable<Uint8Array> | undefined> {
    const bytes = this.#repositories.get(repository)?.blob(digest);
    return bytes === undefined ? undefined : chunksOf(bytes);
  }

  async putBlob(repository: RepositoryName, digest: Digest, bytes: Uint8Array): Promise<void> {
    this.#obtain(repository).putBlob(digest, bytes);
  }

  async shareBlob(options: {
    readonly from: RepositoryName;
    readonly to: RepositoryName;
    readonly digest: Digest;
  }): Promise<'present' | 'mounted' | 'copied'> {
    const { from, to, digest } = options;
    if (this.#repositories.get(to)?.blob(digest) !== undefined) return 'present';
    const bytes = this.#repositories.get(from)?.blob(digest);
    if (bytes === undefined) throw new RegistryError('invalid', `blob ${digest} is not in ${from}`);
    this.#obtain(to).putBlob(digest, bytes);
    return this.mountsRefused ? 'copied' : 'mounted';
  }

  async referrers(repository: RepositoryName, digest: Digest): Promise<readonly Descriptor[]> {
    return this.#find(repository)?.referrers(digest) ?? [];
  }

  async mintToken(scopes: readonly TokenScope[]): Promise<RegistryToken> {
    return this.#grants.mint(scopes);
  }

  /** The registry as a holder of only this token uses it. */
  withToken(token: string): Registry {
    return new RestrictedRegistry(this, (scope) => this.#grants.check(token, scope));
  }

  /** Locks a tag against writing, or unlocks it. */
  setWritable(repository: RepositoryName, tag: Tag, writable: boolean): void {
    this.#obtain(repository).setWritable(tag, writable);
  }

  /** Removes a tag like `az acr repository untag`; the manifest stays. */
  removeTag(repository: RepositoryName, tag: Tag): void {
    this.#obtain(repository).removeTag(tag);
  }

  /** The repositories that have a manifest, in name order. */
  repositories(): readonly RepositoryName[] {
    const present = [...this.#repositories].filter(([, stored]) => stored.exists);
    return present.map(([name]) => name).sort();
  }

  /** The digests of a repository's manifests, tagged or not, in order of arrival. */
  digests(repository: RepositoryName): readonly Digest[] {
    return this.#repositories.get(repository)?.digests() ?? [];
  }

  #find(repository: RepositoryName): StoredRepository | undefined {
    const stored = this.#repositories.get(repository);
    return stored?.exists === true ? stored : undefined;
  }

  #obtain(repository: RepositoryName): StoredRepository {
    const stored = this.#repositories.get(repository) ?? new StoredRepository(this.#clock);
    this.#repositories.set(repository, stored);
    return stored;
  }
}

async function* chunksOf(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < bytes.byteLength; start += CHUNK_BYTES) {
    yield bytes.slice(start, start + CHUNK_BYTES);
  }
}
