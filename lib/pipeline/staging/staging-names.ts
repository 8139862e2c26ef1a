import { type Digest, sha256Hex } from '../../image/digest.ts';
import { RepositoryName, Tag } from '../../image/reference.ts';
import { STAGING_PREFIX } from '../../policy/reserved-repositories.ts';
import type { Job } from '../records/job.ts';

const MAX_NAME = 255;

/**
 * Returns the staging repository, which holds patches until they are published. A name that is too
 * long is hashed under `patchwright/`, a prefix that no patched repository may have.
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
  return Tag.parse(`annotated-${job.id}-${job.attempt}-${source.slice(-12)}`);
}

/**
 * True if a group of this job pushed the tag to staging. `all` includes the app's annotated tags.
 */
export function isOfJob(tag: Tag, jobId: string, stage: 'pushed' | 'all'): boolean {
  const pushed = tag.startsWith(`${jobId}-`);
  return pushed || (stage === 'all' && tag.startsWith(`annotated-${jobId}-`));
}
