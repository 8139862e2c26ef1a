import { basesOfPatchTag } from '../../image/patch-tags.ts';
import type { RepositoryName, Tag } from '../../image/reference.ts';
import type { TagConvention } from '../../image/tag-convention.ts';

/** Above this, `*` probably selects the numbers of a CI system. */
export const MANY_TAGS = 100;

/** Warns if an entry of the policy selects many tags, not counting those with the form of a patch. */
export function manyTagsWarning(
  repository: RepositoryName,
  selected: readonly Tag[],
  tags: ReadonlyMap<Tag, unknown>,
  conventions: readonly TagConvention[] = [],
): string | undefined {
  const sources = countSources(selected, tags, conventions);
  if (sources <= MANY_TAGS) return undefined;
  return `${repository}: the policy selects ${sources} tags, and each run scans every one`;
}

/** Counts the selected tags without the form of a patch of another one. */
export function countSources(
  selected: readonly Tag[],
  tags: ReadonlyMap<Tag, unknown>,
  conventions: readonly TagConvention[] = [],
): number {
  const isPatch = (tag: Tag) => basesOfPatchTag(tag, conventions).some((base) => tags.has(base));
  return selected.filter((tag) => !isPatch(tag)).length;
}
