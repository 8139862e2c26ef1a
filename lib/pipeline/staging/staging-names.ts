import { type Digest, sha256Hex } from '../../image/digest.ts';
import { RepositoryName, Tag } from '../../image/reference.ts';
import { ordinal } from '../../ordinal.ts';
import { STAGING_PREFIX } from '../../policy/reserved-repositories.ts';
import type { Job } from '../records/job.ts';

const MAX_NAME = 255;
const ANNOTATED = 'annotated-';

/**
 * Returns the staging repository of this one. If the name would be too long, it is
 * `patchwright/staging/patchwright/HASH`, which is free: a policy can't name repositories below
 * `patchwright/`.
 */
export function stagingOf(repository: RepositoryName): RepositoryName {
  const name = `${STAGING_PREFIX}${repository}`;
  if (name.length <= MAX_NAME) return RepositoryName.parse(name);
  return RepositoryName.parse(`${STAGING_PREFIX}patchwright/${sha256Hex(repository).slice(0, 40)}`);
}

/** The tag for the patch that a container pushes. No other attempt uses it. */
export function stagingTag(job: Job, container: string): Tag {
  return Tag.parse(`${job.id}-${job.attempt}-${container}`);
}

/** The tag of the copy that a container patches. It is deleted with what the container pushes. */
export function copyTag(job: Job, container: string): Tag {
  return Tag.parse(`${stagingTag(job, container)}-copy`);
}

/** The tag of the annotated patch. It lets the cleanup find the patch. */
export function annotatedTag(job: Job, source: Digest): Tag {
  return Tag.parse(`${ANNOTATED}${job.id}-${job.attempt}-${source.slice(-12)}`);
}

/** `all` includes the app's annotated tags. */
export type Stage = 'pushed' | 'all';

/** Tags that follow each other in a listing by name. */
export interface TagRange {
  /** Sorts before the first tag. It need not exist. */
  readonly after: Tag;
  readonly isPast: (tag: Tag) => boolean;
}

/** The ranges with all tags of these jobs, so that a listing passes over most others. */
export function tagRanges(jobIds: readonly string[], stage: Stage): readonly TagRange[] {
  const sorted = [...jobIds].sort(ordinal);
  const [first] = sorted;
  const last = sorted.at(-1);
  if (first === undefined || last === undefined) return [];
  const prefixes = stage === 'all' ? [ANNOTATED, ''] : [''];
  return prefixes.map((prefix) => ({
    after: Tag.parse(`${prefix}${first}`),
    isPast: (tag) => tag > `${prefix}${last}-` && !tag.startsWith(`${prefix}${last}-`),
  }));
}

/**
 * True if a group of this job pushed the tag to staging.
 */
export function isOfJob(tag: Tag, jobId: string, stage: Stage): boolean {
  const pushed = tag.startsWith(`${jobId}-`);
  return pushed || (stage === 'all' && tag.startsWith(`${ANNOTATED}${jobId}-`));
}
