import type { Digest } from '../../image/digest.ts';
import type { PinnedImage, RepositoryName } from '../../image/reference.ts';
import { inParallel } from '../../in-parallel.ts';
import type { Job } from '../records/job.ts';
import type { Target } from '../records/target.ts';
import { isTerminal } from '../records/target-states.ts';
import type { Services } from '../services.ts';
import type { Stored } from '../stores/stored.ts';

const AT_ONCE = 8;

/**
 * Targets that share a source. The source is scanned, patched and verified once for all of them.
 */
export interface SourceImage {
  readonly repository: RepositoryName;
  readonly digest: Digest;
  readonly targets: readonly Stored<Target>[];
}

/** Reads the current targets of a job, including ended ones. */
export async function allTargets(services: Services, job: Job): Promise<readonly Stored<Target>[]> {
  const found = await inParallel(job.targets, AT_ONCE, (id) =>
    services.targets.find(job.runId, id),
  );
  return found.filter((target) => target !== undefined);
}

/** Reads the active targets that name this job. */
export async function ownTargets(services: Services, job: Job): Promise<readonly Stored<Target>[]> {
  const targets = await allTargets(services, job);
  return targets.filter((target) => target.job === job.id && !isTerminal(target.state));
}

export function bySource(targets: readonly Stored<Target>[]): readonly SourceImage[] {
  const groups = Map.groupBy(targets, (target) => `${target.repository}@${target.sourceDigest}`);
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first?.sourceDigest === undefined) return [];
    return [{ repository: first.repository, digest: first.sourceDigest, targets: group }];
  });
}

/** Returns the image to scan: the source, or the staged patch for a verify job. */
export function pinnedOf(job: Job, image: SourceImage): PinnedImage {
  if (job.kind !== 'verify') return { repository: image.repository, digest: image.digest };
  const [first] = image.targets;
  if (first?.staged === undefined || first.stagedRepository === undefined) {
    throw new Error('a target to be verified has nothing staged');
  }
  return { repository: first.stagedRepository, digest: first.staged };
}
