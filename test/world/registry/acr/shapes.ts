import type {
  Attributed,
  Attributes,
  ManifestRecord,
  Repository,
  TagRecord,
} from '../storage/repository.ts';
import { byName, tagsOf } from '../storage/repository.ts';

/** The JSON of ACR's `/acr/v1`, from its OpenAPI document (2021-07-01) and real responses. */

/**
 * ACR omits an empty list. Microsoft's `acr` CLI asks for a page after the last one and takes an
 * empty list for a page with a last entry.
 */
export function filledList<Key extends string, Item>(
  key: Key,
  items: readonly Item[],
): Partial<Record<Key, readonly Item[]>> {
  const list: Partial<Record<Key, readonly Item[]>> = {};
  if (items.length > 0) list[key] = items;
  return list;
}

interface TimesAndLocks {
  readonly createdTime: string;
  readonly lastUpdateTime: string;
  readonly changeableAttributes: Attributes;
}

export function tagShape(tag: TagRecord) {
  return { name: tag.name, digest: tag.digest, signed: false, ...timesAndLocks(tag) };
}

export function manifestShape(repository: Repository, record: ManifestRecord) {
  const { document } = record;
  return {
    digest: record.digest,
    imageSize: document.blobs.reduce((sum, blob) => sum + blob.size, 0),
    architecture: record.platform?.architecture,
    os: record.platform?.os,
    mediaType: record.mediaType,
    configMediaType: document.config?.mediaType,
    tags: tagsOf(repository, record.digest)
      .map((tag) => tag.name)
      .sort(byName),
    ...timesAndLocks(record),
  };
}

/** The properties of a single manifest also have the platforms of an index. */
export function manifestDetailShape(repository: Repository, record: ManifestRecord) {
  const references = record.document.manifests.map((child) => ({
    digest: child.digest,
    architecture: child.platform?.architecture,
    os: child.platform?.os,
  }));
  return {
    ...manifestShape(repository, record),
    ...(references.length === 0 ? {} : { references }),
  };
}

export function repositoryShape(host: string, repository: Repository) {
  return {
    registry: host,
    imageName: repository.name,
    manifestCount: repository.manifests.size,
    tagCount: repository.tags.size,
    ...timesAndLocks(repository),
  };
}

function timesAndLocks(part: Attributed): TimesAndLocks {
  return {
    createdTime: part.created.toISOString(),
    lastUpdateTime: part.updated.toISOString(),
    changeableAttributes: part.attributes,
  };
}
