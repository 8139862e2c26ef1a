import * as z from 'zod';
import type { Digest } from '../../../../lib/image/digest.ts';
import type { RepositoryName, Tag } from '../../../../lib/image/reference.ts';
import { RegistryFault } from '../errors.ts';
import { BlobStore } from './blob-store.ts';
import type { BlobWriter } from './blob-writer.ts';
import { parseManifest } from './manifest-document.ts';
import {
  byName,
  type ManifestRecord,
  type Repository,
  type TagRecord,
  UNLOCKED,
} from './repository.ts';

const Platform = z.looseObject({ os: z.string(), architecture: z.string() });

/** The content of the registry, without rules that depend on the caller. */
export class RegistryStorage {
  readonly blobs: BlobStore;
  readonly #repositories = new Map<string, Repository>();
  readonly #now: () => Date;

  private constructor(blobs: BlobStore, now: () => Date) {
    this.blobs = blobs;
    this.#now = now;
  }

  static async create(now: () => Date): Promise<RegistryStorage> {
    return new RegistryStorage(await BlobStore.create(), now);
  }

  /** Repositories in name order. One without a manifest is not listed. */
  repositories(): Repository[] {
    return [...this.#repositories.values()]
      .filter((repository) => repository.manifests.size > 0)
      .sort((a, b) => byName(a.name, b.name));
  }

  find(name: RepositoryName): Repository | undefined {
    return this.#repositories.get(name);
  }

  /** Returns the repository, and creates it if absent: the first push creates a repository. */
  obtain(name: RepositoryName): Repository {
    const present = this.#repositories.get(name);
    if (present !== undefined) {
      return present;
    }
    const now = this.#now();
    const repository: Repository = {
      name,
      created: now,
      updated: now,
      attributes: UNLOCKED,
      blobs: new Set(),
      manifests: new Map(),
      tags: new Map(),
    };
    this.#repositories.set(name, repository);
    return repository;
  }

  /** The size of a blob of this repository; undefined if it lacks the blob. */
  blobSize(name: RepositoryName, digest: Digest): number | undefined {
    return this.find(name)?.blobs.has(digest) ? this.blobs.size(digest) : undefined;
  }

  /** Stores a blob's bytes in a repository. @throws RegistryFault `DIGEST_INVALID`. */
  async addBlob(
    name: RepositoryName,
    source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
    expected?: Digest,
  ): Promise<Digest> {
    const writer = this.blobs.writer();
    try {
      for await (const chunk of source) {
        await writer.write(Buffer.from(chunk));
      }
    } catch (error) {
      await writer.abort();
      throw error;
    }
    return this.keepBlob(name, writer, expected);
  }

  /** Stores a writer's bytes if they match the digest. */
  async keepBlob(name: RepositoryName, writer: BlobWriter, expected?: Digest): Promise<Digest> {
    const actual = writer.digest();
    if (expected !== undefined && actual !== expected) {
      await writer.abort();
      throw new RegistryFault('DIGEST_INVALID', 'provided digest did not match uploaded content', {
        detail: { expected, actual },
      });
    }
    await this.blobs.keep(writer);
    this.linkBlob(name, actual);
    return actual;
  }

  linkBlob(name: RepositoryName, digest: Digest): void {
    this.obtain(name).blobs.add(digest);
  }

  /** Deletes a blob. Its bytes are deleted with the last repository that has it. */
  async unlinkBlob(repository: Repository, digest: Digest): Promise<void> {
    repository.blobs.delete(digest);
    const used = [...this.#repositories.values()].some((other) => other.blobs.has(digest));
    if (!used) {
      await this.blobs.remove(digest);
    }
  }

  /**
   * Stores a manifest, also under a tag if one is given.
   * @throws RegistryFault `MANIFEST_INVALID`, or `MANIFEST_BLOB_UNKNOWN` if a child is missing.
   */
  async putManifest(
    name: RepositoryName,
    manifest: { readonly bytes: Buffer; readonly mediaType: string; readonly digest: Digest },
    tag?: Tag,
  ): Promise<ManifestRecord> {
    const document = parseManifest(manifest.bytes, manifest.mediaType);
    const missing = [
      ...document.blobs.filter((blob) => this.blobSize(name, blob.digest) === undefined),
      ...document.manifests.filter((child) => !this.find(name)?.manifests.has(child.digest)),
    ];
    if (missing.length > 0) {
      throw new RegistryFault('MANIFEST_BLOB_UNKNOWN', 'blob unknown to registry', {
        detail: missing.map((reference) => reference.digest),
      });
    }
    const platform =
      document.config === undefined ? undefined : await this.#platformOf(document.config.digest);
    const now = this.#now();
    const repository = this.obtain(name);
    const record = repository.manifests.get(manifest.digest) ?? {
      ...manifest,
      document,
      platform,
      created: now,
      updated: now,
      attributes: UNLOCKED,
    };
    record.updated = now;
    repository.updated = now;
    repository.manifests.set(manifest.digest, record);
    if (tag !== undefined) {
      this.#putTag(repository, tag, manifest.digest);
    }
    return record;
  }

  /** Deletes a manifest and its tags. */
  deleteManifest(repository: Repository, digest: Digest): void {
    repository.manifests.delete(digest);
    for (const [name, tag] of repository.tags) {
      if (tag.digest === digest) {
        repository.tags.delete(name);
      }
    }
    repository.updated = this.#now();
  }

  async deleteRepository(repository: Repository): Promise<void> {
    this.#repositories.delete(repository.name);
    for (const digest of repository.blobs) {
      await this.unlinkBlob(repository, digest);
    }
  }

  /** The manifests of this repository whose subject is this digest, oldest first. */
  referrers(name: RepositoryName, subject: Digest): ManifestRecord[] {
    const manifests = this.find(name)?.manifests.values() ?? [];
    return [...manifests].filter((record) => record.document.subject?.digest === subject);
  }

  #putTag(repository: Repository, tag: Tag, digest: Digest): void {
    const now = this.#now();
    const record: TagRecord = repository.tags.get(tag) ?? {
      name: tag,
      digest,
      created: now,
      updated: now,
      attributes: UNLOCKED,
    };
    record.digest = digest;
    record.updated = now;
    repository.tags.set(tag, record);
  }

  async #platformOf(config: Digest): Promise<ManifestRecord['platform']> {
    try {
      const parsed = Platform.parse(JSON.parse((await this.blobs.read(config)).toString('utf8')));
      return { os: parsed.os, architecture: parsed.architecture };
    } catch {
      return undefined; // an artifact's config says nothing of a platform
    }
  }
}
