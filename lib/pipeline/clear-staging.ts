import type { Digest } from '../image/digest.ts';
import type { RepositoryName } from '../image/reference.ts';
import { allTags } from './all-tags.ts';
import type { TargetRow } from './records/target-row.ts';
import type { Services } from './services.ts';
import { stagingOf } from './staging.ts';

/**
 * Deletes what patch jobs have pushed to a repository's staging, by the tags that begin with the
 * job's id: also what an attempt left there that was given up.
 */
export async function clearJobStaging(
  services: Services,
  repository: RepositoryName,
  jobIds: readonly string[],
): Promise<void> {
  const staging = stagingOf(repository);
  const tags = (await allTags(services.registry, staging)) ?? new Map();
  const digests = new Set<Digest>();
  for (const { tag, digest } of tags.values()) {
    if (jobIds.some((jobId) => tag.startsWith(`${jobId}-`))) digests.add(digest);
  }
  for (const digest of digests) await services.registry.deleteManifest(staging, digest);
}

/** Deletes the annotated patch of a target that has ended. It may be gone already. */
export async function clearTargetStaging(services: Services, target: TargetRow): Promise<void> {
  const { staged, stagedRepository } = target;
  if (staged === undefined || stagedRepository === undefined) return;
  // What stands in the repository itself is a published patch that was verified again.
  if (stagedRepository === target.repository) return;
  await services.registry.deleteManifest(stagedRepository, staged);
}
