import type { Digest } from '../../image/digest.ts';
import type { RepositoryName } from '../../image/reference.ts';
import { inParallel } from '../../in-parallel.ts';
import { allTags } from '../../registry/all-tags.ts';
import { RegistryError } from '../../registry/registry.ts';
import type { Lease } from '../lease.ts';
import type { Job } from '../records/job.ts';
import type { Target } from '../records/target.ts';
import type { Services } from '../services.ts';
import { isOfJob, stagingOf } from './staging-names.ts';

const AT_ONCE = 8;

/**
 * Deletes manifests that patch jobs pushed to a repository's staging, including lost attempts. It
 * finds them by their tags. The last look at the run retries failed deletions.
 */
export async function clearJobStaging(
  services: Services,
  repository: RepositoryName,
  jobIds: readonly string[],
  options: { readonly stage: 'pushed' | 'all'; readonly lease: Lease },
): Promise<void> {
  const staging = stagingOf(repository);
  await unlessRegistryFails(services, staging, async () => {
    const tags = (await allTags(services.registry, staging)) ?? new Map();
    const digests = new Set<Digest>();
    for (const { tag, digest } of tags.values()) {
      if (jobIds.some((jobId) => isOfJob(tag, jobId, options.stage))) digests.add(digest);
    }
    for (const digest of digests) {
      options.lease.assertHeld();
      await services.registry.deleteManifest(staging, digest);
    }
  });
}

/** Deletes all tagged manifests of a run's patch jobs from all staging repositories. */
export async function clearRunStaging(
  services: Services,
  jobs: readonly Job[],
  lease: Lease,
): Promise<void> {
  const named = jobs.flatMap(({ id, repositories = [] }) =>
    repositories.map((repository) => ({ repository, id })),
  );
  const byRepository = [...Map.groupBy(named, ({ repository }) => repository)];
  await inParallel(byRepository, AT_ONCE, async ([repository, ofRepository]) => {
    const jobIds = ofRepository.map(({ id }) => id);
    await clearJobStaging(services, repository, jobIds, { stage: 'all', lease });
  });
}

/** Deletes the annotated patch of an ended target, if it still exists. */
export async function clearTargetStaging(
  services: Services,
  target: Target,
  lease: Lease,
): Promise<void> {
  const { staged, stagedRepository } = target;
  if (staged === undefined || stagedRepository === undefined) return;
  // In the target's own repository it is a published patch that was verified again.
  if (stagedRepository === target.repository) return;
  await unlessRegistryFails(services, stagedRepository, () => {
    lease.assertHeld();
    return services.registry.deleteManifest(stagedRepository, staged);
  });
}

async function unlessRegistryFails(
  services: Services,
  repository: RepositoryName,
  clear: () => Promise<void>,
): Promise<void> {
  try {
    await clear();
  } catch (error) {
    if (!(error instanceof RegistryError)) throw error;
    services.log.warn('staging not cleared', { repository, code: error.code });
  }
}
