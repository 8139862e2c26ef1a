import { basesOfPatchTag } from '../../image/patch-tags.ts';
import type { RepositoryName, Tag } from '../../image/reference.ts';
import type { TagConvention } from '../../image/tag-convention.ts';

/** Above this, `*` probably selects the numbers of a CI system. */
export const MANY_TAGS = 100;

/** More patches of one tag than this are probably the numbers of a CI system, such as `main-42`. */
const MANY_PATCHES = 100;

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

/**
 * Counts the selected tags without the form of a patch of another one. Tags with that form count if
 * there are too many for one base: a run has to look at each of them, whatever they are.
 */
export function countSources(
  selected: readonly Tag[],
  tags: ReadonlyMap<Tag, unknown>,
  conventions: readonly TagConvention[] = [],
): number {
  const ofBase = new Map<Tag, number>();
  let sources = 0;
  for (const tag of selected) {
    const base = basesOfPatchTag(tag, conventions).find((one) => tags.has(one));
    if (base === undefined) sources += 1;
    else ofBase.set(base, (ofBase.get(base) ?? 0) + 1);
  }
  return [...ofBase.values()]
    .filter((patches) => patches > MANY_PATCHES)
    .reduce((sum, patches) => sum + patches, sources);
}
