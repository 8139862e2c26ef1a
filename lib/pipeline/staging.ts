import { RepositoryName, Tag } from '../image/reference.ts';
import { STAGING_PREFIX } from '../policy/reserved-repositories.ts';
import type { JobRow } from './records/job-row.ts';

/** Where patches of this repository wait until they are verified. */
export function stagingOf(repository: RepositoryName): RepositoryName {
  return RepositoryName.parse(`${STAGING_PREFIX}${repository}`);
}

/** The tag that a group pushes the patch of its nth image to: never used by another attempt. */
export function stagingTag(job: JobRow, at: number): Tag {
  return Tag.parse(`${job.rowKey}-${job.attempt}-${at}`);
}
