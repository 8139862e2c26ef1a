import { basesOfPatchTag } from '../../image/patch-tags.ts';
import type { RepositoryName, Tag } from '../../image/reference.ts';
import type { TagConvention } from '../../image/tag-convention.ts';
import type { Run } from '../records/run.ts';

/** Above this, `*` probably selects the numbers of a CI system. */
const MANY_TAGS = 100;
const MAX_WARNINGS = 50;

/** Warns if an entry of the policy selects many tags, not counting those with the form of a patch. */
export function manyTagsWarning(
  repository: RepositoryName,
  selected: readonly Tag[],
  tags: ReadonlyMap<Tag, unknown>,
  conventions: readonly TagConvention[] = [],
): string | undefined {
  const sources = selected.filter(
    (tag) => !basesOfPatchTag(tag, conventions).some((base) => tags.has(base)),
  );
  if (sources.length <= MANY_TAGS) return undefined;
  return `${repository}: the policy selects ${sources.length} tags, and each run scans every one`;
}

/** Adds a warning to a run, once. A run has few others, so the newest are left out. */
export function withWarning({ warnings }: Run, warning: string | undefined): Partial<Run> {
  const lines = warnings?.split('\n') ?? [];
  if (warning === undefined || lines.length >= MAX_WARNINGS || lines.includes(warning)) return {};
  return { warnings: [...lines, warning].join('\n') };
}
