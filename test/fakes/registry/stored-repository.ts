import type { Clock } from '../../../lib/clock.ts';
import { type Digest, digestOf } from '../../../lib/image/digest.ts';
import type { Descriptor } from '../../../lib/image/manifest.ts';
import type { Tag } from '../../../lib/image/reference.ts';
import { MAX_MANIFEST_BYTES } from '../../../lib/registry/manifests.ts';
import {
  type ManifestAttributes,
  RegistryError,
  type StoredManifest,
  type TagAttributes,
} from '../../../lib/registry/registry.ts';
import { type ManifestRecord, parseManifest } from './parse-manifest.ts';

/** One repository of the fake registry. As in ACR, it is visible once it has a manifest. */
export class StoredRepository {
  readonly #manifests = new Map<Digest, ManifestRecord>();
  readonly #updated = new Map<Digest, Date>();
  readonly #blobs = new Map<Digest, Uint8Array>();
  readonly #tags = new Map<Tag, TagAttributes>();
  readonly #locked = new Set<Tag>();
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get exists(): boolean {
    return this.#manifests.size > 0;
  }

  /** In byte order, like registries. */
  tags(): readonly TagAttributes[] {
    const tags = [...this.#tags.values()].map((tag) => this.#withLock(tag));
    return tags.sort((a, b) => (a.tag < b.tag ? -1 : 1));
  }

  tag(tag: Tag): TagAttributes | undefined {
    const found = this.#tags.get(tag);
    return found && this.#withLock(found);
  }

  #withLock(tag: TagAttributes): TagAttributes {
    return this.#locked.has(tag.tag) ? { ...tag, locked: true } : tag;
  }

  digests(): readonly Digest[] {
    return [...this.#manifests.keys()];
  }

  /** In byte order, like registries. */
  manifests(): readonly ManifestAttributes[] {
    return [...this.#manifests.keys()].sort().map((digest) => {
      const updatedAt = this.#updated.get(digest);
      return { digest, ...(updatedAt !== undefined && { updatedAt }) };
    });
  }

  setWritable(tag: Tag, writable: boolean): void {
    const found = this.#tags.get(tag);
    if (found === undefined) throw new Error(`no tag ${tag}`);
    if (writable) this.#locked.delete(tag);
    else this.#locked.add(tag);
    this.#tags.set(tag, { ...found, updatedAt: this.#clock.now() });
  }

  /** Removes only the tag; its manifest stays. */
  removeTag(tag: Tag): void {
    this.#tags.delete(tag);
    this.#locked.delete(tag);
  }

  manifest(digest: Digest): StoredManifest | undefined {
    const record = this.#manifests.get(digest);
    if (record === undefined) return undefined;
    const { bytes, mediaType } = record;
    return { bytes: Uint8Array.from(bytes), mediaType, digest };
  }

  putManifest(bytes: Uint8Array, mediaType: string, tag: Tag | undefined): Digest {
    if (bytes.byteLength > MAX_MANIFEST_BYTES) {
      throw new RegistryError('too-large', 'the manifest is larger than 4 MiB');
    }
    if (tag !== undefined && this.#locked.has(tag))
      throw new RegistryError('locked', `the tag ${tag} is locked`);
    const record = parseManifest(bytes, mediaType);
    const missing = [
      ...record.blobs.filter((digest) => !this.#blobs.has(digest)),
      ...record.children.filter((digest) => !this.#manifests.has(digest)),
    ];
    if (missing[0] !== undefined) {
      throw new RegistryError('invalid', `the manifest names ${missing[0]}, which is not here`);
    }
    this.#manifests.set(record.digest, record);
    this.#updated.set(record.digest, this.#clock.now());
    if (tag !== undefined) {
      const now = this.#clock.now();
      const createdAt = this.#tags.get(tag)?.createdAt ?? now;
      const { digest } = record;
      this.#tags.set(tag, { tag, digest, createdAt, updatedAt: now });
    }
    return record.digest;
  }

  /** Removes a manifest and its tags. A lock on any of them prevents it. */
  deleteManifest(digest: Digest): void {
    const tags = this.tags().filter((tag) => tag.digest === digest);
    const locked = tags.find(({ tag }) => this.#locked.has(tag));
    if (locked !== undefined) throw new RegistryError('locked', `the tag ${locked.tag} is locked`);
    this.#manifests.delete(digest);
    this.#updated.delete(digest);
    for (const { tag } of tags) this.#tags.delete(tag);
  }

  blob(digest: Digest): Uint8Array | undefined {
    return this.#blobs.get(digest);
  }

  putBlob(digest: Digest, bytes: Uint8Array): void {
    if (digestOf(bytes) !== digest) {
      throw new RegistryError('digest-mismatch', `the bytes are not ${digest}`);
    }
    this.#blobs.set(digest, Uint8Array.from(bytes));
  }

  referrers(subject: Digest): readonly Descriptor[] {
    return [...this.#manifests.values()]
      .filter((record) => record.subject === subject)
      .map(({ descriptor }) => structuredClone(descriptor));
  }
}
