import { Digest } from '../../../lib/image/digest.ts';
import { RepositoryName, Tag } from '../../../lib/image/reference.ts';
import { RegistryFault } from './errors.ts';

export function repositoryIn(text: string): RepositoryName {
  const parsed = RepositoryName.safeParse(text);
  if (!parsed.success) {
    throw new RegistryFault('NAME_INVALID', 'invalid repository name', { detail: { name: text } });
  }
  return parsed.data;
}

export function digestIn(text: string): Digest {
  const parsed = Digest.safeParse(text);
  if (!parsed.success) {
    throw new RegistryFault('DIGEST_INVALID', 'invalid digest', { detail: { digest: text } });
  }
  return parsed.data;
}

export function tagIn(text: string): Tag {
  const parsed = Tag.safeParse(text);
  if (!parsed.success) {
    throw new RegistryFault('TAG_INVALID', 'invalid tag', { detail: { tag: text } });
  }
  return parsed.data;
}

/** A reference to a manifest: a tag or a digest. */
export type ManifestReference =
  | { readonly kind: 'digest'; readonly digest: Digest }
  | { readonly kind: 'tag'; readonly tag: Tag };

export function referenceIn(text: string): ManifestReference {
  return text.includes(':')
    ? { kind: 'digest', digest: digestIn(text) }
    : { kind: 'tag', tag: tagIn(text) };
}
