import { type Digest, sha256Hex } from '../../image/digest.ts';
import { RepositoryName, Tag } from '../../image/reference.ts';
import { STAGING_PREFIX } from '../../policy/reserved-repositories.ts';
import type { JobRow } from '../records/job-row.ts';

const MAX_NAME = 255;

/**
 * Where patches of this repository wait until they are verified. A name that would get too long is
 * told by its hash, where no repository that is patched can have its own: none begins with `patchwright/`.
 */
export function stagingOf(repository: RepositoryName): RepositoryName {
  const name = `${STAGING_PREFIX}${repository}`;
  if (name.length <= MAX_NAME) return RepositoryName.parse(name);
  return RepositoryName.parse(`${STAGING_PREFIX}patchwright/${sha256Hex(repository).slice(0, 40)}`);
}

/** The tag that a group pushes the patch of its nth image to: never used by another attempt. */
export function stagingTag(job: JobRow, at: number): Tag {
  return Tag.parse(`${job.rowKey}-${job.attempt}-${at}`);
}

/** The tag that the patch with our annotations waits under: without one nobody would find it again. */
export function annotatedTag(job: JobRow, source: Digest): Tag {
  return Tag.parse(`annotated-${job.rowKey}-${job.attempt}-${source.slice(-12)}`);
}

/** Whether a tag in staging was pushed by a group of this job, or was put there for it. */
export function isOfJob(tag: Tag, jobId: string, stage: 'pushed' | 'all'): boolean {
  const pushed = tag.startsWith(`${jobId}-`);
  return pushed || (stage === 'all' && tag.startsWith(`annotated-${jobId}-`));
}
