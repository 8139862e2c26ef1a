import type { Digest } from '../../../lib/image/digest.ts';
import type { RepositoryName, Tag } from '../../../lib/image/reference.ts';
import { lockedFault, RegistryFault } from './errors.ts';
import type { ManifestReference } from './names.ts';
import type { RegistryStorage } from './storage/registry-storage.ts';
import {
  type Attributed,
  type ManifestRecord,
  type Repository,
  type TagRecord,
  tagsOf,
} from './storage/repository.ts';

/** Finds a repository with a manifest; others do not exist for clients. @throws `NAME_UNKNOWN`. */
export function knownRepository(storage: RegistryStorage, name: RepositoryName): Repository {
  const repository = storage.find(name);
  if (repository === undefined || repository.manifests.size === 0) {
    throw new RegistryFault('NAME_UNKNOWN', 'repository name not known to registry', {
      detail: { name },
    });
  }
  return repository;
}

export function knownTag(repository: Repository, tag: Tag): TagRecord {
  const record = repository.tags.get(tag);
  if (record === undefined) {
    throw new RegistryFault('TAG_UNKNOWN', 'the specified tag does not exist');
  }
  return record;
}

export function knownDigest(repository: Repository, digest: Digest): ManifestRecord {
  return found(repository.manifests.get(digest), digest);
}

/** Finds the manifest of a tag or digest. @throws `MANIFEST_UNKNOWN`, also if it may not be read. */
export function knownManifest(
  storage: RegistryStorage,
  name: RepositoryName,
  reference: ManifestReference,
): ManifestRecord {
  const repository = storage.find(name);
  if (reference.kind === 'digest') {
    return found(repository?.manifests.get(reference.digest), reference.digest);
  }
  const tag = repository?.tags.get(reference.tag);
  return found(tag && repository?.manifests.get(tag.digest), reference.tag);
}

function found(record: ManifestRecord | undefined, reference: string): ManifestRecord {
  if (record === undefined) {
    throw new RegistryFault('MANIFEST_UNKNOWN', `manifest tagged by "${reference}" is not found`, {
      detail: { Name: reference },
    });
  }
  return record;
}

/** @throws RegistryFault if a lock on any of these forbids a write. */
export function ensureWritable(...parts: readonly (Attributed | undefined)[]): void {
  if (parts.some((part) => part?.attributes.writeEnabled === false)) {
    throw lockedFault();
  }
}

export function ensureReadable(...parts: readonly (Attributed | undefined)[]): void {
  if (parts.some((part) => part?.attributes.readEnabled === false)) {
    throw lockedFault();
  }
}

/** A write lock also forbids deletion (Azure/acr-cli issue 70). */
export function ensureDeletable(...parts: readonly (Attributed | undefined)[]): void {
  ensureWritable(...parts);
  if (parts.some((part) => part?.attributes.deleteEnabled === false)) {
    throw lockedFault();
  }
}

/** A lock on a tag also locks its manifest, because deleting the manifest would delete the tag. */
export function ensureManifestDeletable(repository: Repository, record: ManifestRecord): void {
  ensureDeletable(repository, record, ...tagsOf(repository, record.digest));
}
