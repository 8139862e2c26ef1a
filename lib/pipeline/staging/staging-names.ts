import { type Digest, sha256Hex } from '../../image/digest.ts';
import { RepositoryName, Tag } from '../../image/reference.ts';
import { STAGING_PREFIX } from '../../policy/reserved-repositories.ts';
import type { Job } from '../records/job.ts';

const MAX_NAME = 255;

/**
 * The repository in which patches of this repository wait until they are verified. A name that is too
 * long is replaced by its hash, under `patchwright/`: no repository that is patched begins so.
 */
export function stagingOf(repository: RepositoryName): RepositoryName {
  const name = `${STAGING_PREFIX}${repository}`;
  if (name.length <= MAX_NAME) return RepositoryName.parse(name);
  return RepositoryName.parse(`${STAGING_PREFIX}patchwright/${sha256Hex(repository).slice(0, 40)}`);
}

/** The tag that a group pushes the patch of its nth image to: never used by another attempt. */
export function stagingTag(job: Job, at: number): Tag {
  return Tag.parse(`${job.id}-${job.attempt}-${at}`);
}

/** The tag of the patch with our annotations: without a tag it could not be found again. */
export function annotatedTag(job: Job, source: Digest): Tag {
  return Tag.parse(`annotated-${job.id}-${job.attempt}-${source.slice(-12)}`);
}

/** Whether a group of this job pushed a tag in staging, or the app did for it. */
export function isOfJob(tag: Tag, jobId: string, stage: 'pushed' | 'all'): boolean {
  const pushed = tag.startsWith(`${jobId}-`);
  return pushed || (stage === 'all' && tag.startsWith(`annotated-${jobId}-`));
}
