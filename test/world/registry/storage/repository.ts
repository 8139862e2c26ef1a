import type { Digest } from '../../../../lib/image/digest.ts';
import type { RepositoryName } from '../../../../lib/image/reference.ts';
import type { ManifestDocument } from './manifest-document.ts';

/** ACR's `changeableAttributes`. A false `writeEnabled` forbids deletion too. */
export interface Attributes {
  readonly deleteEnabled: boolean;
  readonly writeEnabled: boolean;
  readonly readEnabled: boolean;
  readonly listEnabled: boolean;
}

export const UNLOCKED: Attributes = {
  deleteEnabled: true,
  writeEnabled: true,
  readEnabled: true,
  listEnabled: true,
};

/** The common properties of a repository, a manifest and a tag in ACR's API. */
export interface Attributed {
  readonly created: Date;
  updated: Date;
  attributes: Attributes;
}

export interface ManifestRecord extends Attributed {
  readonly digest: Digest;
  readonly bytes: Buffer;
  readonly mediaType: string;
  readonly document: ManifestDocument;
  readonly platform: { readonly os: string; readonly architecture: string } | undefined;
}

export interface TagRecord extends Attributed {
  readonly name: string;
  digest: Digest;
}

export interface Repository extends Attributed {
  readonly name: RepositoryName;
  readonly blobs: Set<Digest>;
  readonly manifests: Map<Digest, ManifestRecord>;
  readonly tags: Map<string, TagRecord>;
}

export function tagsOf(repository: Repository, digest: Digest): TagRecord[] {
  return [...repository.tags.values()].filter((tag) => tag.digest === digest);
}

/** Compares in byte order, like registries, never in the locale's order. */
export function byName(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
