import type { RepositoryName } from '../../image/reference.ts';
import { inParallel } from '../../in-parallel.ts';
import { manifestPages } from '../../registry/manifest-pages.ts';
import { RegistryError } from '../../registry/registry.ts';
import { markHolder } from '../marks/mark-holder.ts';
import type { Job } from '../records/job.ts';
import { isRunOver } from '../records/run.ts';
import { type Services, secondsAfter } from '../services.ts';
import { stagingOf } from './staging-names.ts';

const AT_ONCE = 8;
/**
 * Limits of one sweep, for a repository and for all: a container may push to its staging for an hour. A
 * thousand deletions take some minutes, and the reaper comes again.
 */
const MAX_DELETED = 1_000;
const MAX_DELETED_IN_ALL = 2_000;
const MAX_PAGES = 20;
/** Largest difference between the registry's clock and ours. */
const CLOCKS_SECONDS = 60;

/**
 * Deletes all manifests, tagged or not, from the staging repositories of a run's patch jobs, up to a
 * limit. Does nothing while a run is active, nor where another installation now holds the repository.
 * Keeps manifests pushed since the sweep started: they may belong to a new run. Returns false if
 * manifests may be left.
 */
export async function sweepStaging(services: Services, jobs: readonly Job[]): Promise<boolean> {
  const repositories = [...new Set(jobs.flatMap((job) => job.repositories ?? []))];
  if (repositories.length === 0) return true;
  const before = secondsAfter(services.clock.now(), -CLOCKS_SECONDS);
  if (await isRunUnderWay(services)) return false;
  const budget = { left: MAX_DELETED_IN_ALL };
  const swept = await inParallel(repositories, AT_ONCE, (repository) =>
    sweep(services, repository, { before, budget }),
  );
  return swept.every((empty) => empty);
}

async function isRunUnderWay(services: Services): Promise<boolean> {
  for await (const run of services.runs.newestFirst(() => {})) {
    if (!isRunOver(run)) return true;
  }
  return false;
}

async function sweep(
  services: Services,
  repository: RepositoryName,
  limits: { readonly before: Date; readonly budget: { left: number } },
): Promise<boolean> {
  const { log } = services;
  const staging = stagingOf(repository);
  try {
    // It took the repository over since the run, so the staged patches are its own.
    if (await isHeldElsewhere(services, repository)) return true;
    return await deleteOld(services, staging, limits);
  } catch (error) {
    if (!(error instanceof RegistryError)) throw error;
    log.warn('staging not swept', { repository: staging, code: error.code });
    return false;
  }
}

async function isHeldElsewhere(
  { registry, options: { installation } }: Services,
  repository: RepositoryName,
): Promise<boolean> {
  if (installation === undefined) return false;
  const holder = await markHolder(registry, repository);
  return holder !== undefined && holder !== installation;
}

/** Returns false if manifests may be left. */
async function deleteOld(
  { registry, log }: Services,
  staging: ReturnType<typeof stagingOf>,
  { before, budget }: { readonly before: Date; readonly budget: { left: number } },
): Promise<boolean> {
  let pages = 0;
  let deleted = 0;
  let kept = 0;
  for await (const page of manifestPages(registry, staging)) {
    pages += 1;
    for (const { digest, updatedAt } of page) {
      if (updatedAt === undefined || updatedAt >= before) {
        kept += 1;
        continue;
      }
      if (deleted >= MAX_DELETED || budget.left <= 0) return false;
      deleted += 1;
      budget.left -= 1;
      log.warn('orphan deleted from staging', { repository: staging, digest });
      try {
        await registry.deleteManifest(staging, digest);
      } catch (error) {
        if (!(error instanceof RegistryError) || error.code !== 'locked') throw error;
        // The others must not wait for somebody to unlock this one.
        log.warn('orphan in staging is locked', { repository: staging, digest });
        kept += 1;
      }
    }
    if (pages >= MAX_PAGES) return false;
  }
  return kept === 0;
}
