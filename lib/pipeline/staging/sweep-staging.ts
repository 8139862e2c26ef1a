import { inParallel } from '../../in-parallel.ts';
import { allManifests } from '../../registry/all-manifests.ts';
import { RegistryError } from '../../registry/registry.ts';
import type { Job } from '../records/job.ts';
import { isRunOver } from '../records/run.ts';
import { type Services, secondsAfter } from '../services.ts';
import { stagingOf } from './staging-names.ts';

const AT_ONCE = 8;
/** Largest difference between the registry's clock and ours. */
const CLOCKS_SECONDS = 60;

/**
 * Deletes all manifests, tagged or not, from the staging repositories of a run's patch jobs. Does
 * nothing while a run is active, and keeps manifests pushed since the sweep started: they may
 * belong to a new run. Returns false if manifests may be left.
 */
export async function sweepStaging(services: Services, jobs: readonly Job[]): Promise<boolean> {
  const repositories = [...new Set(jobs.flatMap((job) => job.repositories ?? []))];
  if (repositories.length === 0) return true;
  const before = secondsAfter(services.clock.now(), -CLOCKS_SECONDS);
  if (await isRunUnderWay(services)) return false;
  const swept = await inParallel(repositories, AT_ONCE, (repository) =>
    sweep(services, stagingOf(repository), before),
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
  staging: ReturnType<typeof stagingOf>,
  before: Date,
): Promise<boolean> {
  const { registry, log } = services;
  try {
    const manifests = await allManifests(registry, staging);
    const old = manifests.filter(({ updatedAt }) => updatedAt !== undefined && updatedAt < before);
    for (const { digest } of old) {
      log.warn('orphan deleted from staging', { repository: staging, digest });
      await registry.deleteManifest(staging, digest);
    }
    return old.length === manifests.length;
  } catch (error) {
    if (!(error instanceof RegistryError)) throw error;
    log.warn('staging not swept', { repository: staging, code: error.code });
    return false;
  }
}
