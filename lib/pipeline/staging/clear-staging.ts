import type { Digest } from '../../image/digest.ts';
import type { RepositoryName } from '../../image/reference.ts';
import { inParallel } from '../../in-parallel.ts';
import { RegistryError } from '../../registry/registry.ts';
import { tagPages } from '../../registry/tag-pages.ts';
import type { Lease } from '../lease.ts';
import type { Job } from '../records/job.ts';
import type { Target } from '../records/target.ts';
import type { Services } from '../services.ts';
import { isOfJob, type Stage, stagingOf, tagRanges } from './staging-names.ts';

const AT_ONCE = 8;
/**
 * Limits of one clearing: a container may push to its staging for an hour, and the step or tick that
 * clears has other work. The last look at the run deletes the rest.
 */
const MAX_PAGES = 10;
const MAX_DELETED = 300;

/**
 * Deletes manifests that patch jobs pushed to a repository's staging, including lost attempts, up to
 * a limit. It finds them by their tags. The last look at the run deletes what is left.
 */
export async function clearJobStaging(
  services: Services,
  repository: RepositoryName,
  jobIds: readonly string[],
  options: { readonly stage: Stage; readonly lease: Lease },
): Promise<void> {
  const staging = stagingOf(repository);
  await unlessRegistryFails(services, staging, async () => {
    const deleted = new Set<Digest>();
    for (const range of tagRanges(jobIds, options.stage)) {
      let pages = 0;
      for await (const page of tagPages(services.registry, staging, range.after)) {
        pages += 1;
        for (const { tag, digest } of page) {
          const isOurs = jobIds.some((jobId) => isOfJob(tag, jobId, options.stage));
          if (!isOurs || deleted.has(digest)) continue;
          if (deleted.size >= MAX_DELETED) return leaveRest(services, staging);
          options.lease.assertHeld();
          await services.registry.deleteManifest(staging, digest);
          deleted.add(digest);
        }
        if (page.some(({ tag }) => range.isPast(tag))) break;
        if (pages >= MAX_PAGES) return leaveRest(services, staging);
      }
    }
  });
}

function leaveRest({ log }: Services, repository: RepositoryName): void {
  log.warn('staging not cleared', { repository, code: 'too-many' });
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
