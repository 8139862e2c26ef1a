import type { Digest } from '../../image/digest.ts';
import type { PinnedImage, RepositoryName } from '../../image/reference.ts';
import { inParallel } from '../../in-parallel.ts';
import type { Stored } from '../../storage/typed-table.ts';
import { type JobRow, jobTargets } from '../records/job-row.ts';
import type { TargetRow } from '../records/target-row.ts';
import { isTerminal } from '../records/target-states.ts';
import type { Services } from '../services.ts';

const AT_ONCE = 8;

/** Targets with one source: it is scanned, patched and verified once for all of them. */
export interface SourceImage {
  readonly repository: RepositoryName;
  readonly digest: Digest;
  readonly targets: readonly Stored<TargetRow>[];
}

/** The targets of a job as they are now, those included that it has brought to an end. */
export async function allTargets(
  services: Services,
  job: JobRow,
): Promise<readonly Stored<TargetRow>[]> {
  const found = await inParallel(jobTargets(job), AT_ONCE, (key) =>
    services.targets.get(job.partitionKey, key),
  );
  return found.filter((target) => target !== undefined);
}

/** The targets that still wait for this job, and name no other. */
export async function ownTargets(
  services: Services,
  job: JobRow,
): Promise<readonly Stored<TargetRow>[]> {
  const targets = await allTargets(services, job);
  return targets.filter(({ row }) => row.job === job.rowKey && !isTerminal(row.state));
}

export function bySource(targets: readonly Stored<TargetRow>[]): readonly SourceImage[] {
  const groups = Map.groupBy(targets, ({ row }) => `${row.repository}@${row.sourceDigest}`);
  return [...groups.values()].flatMap((group) => {
    const row = group[0]?.row;
    if (row?.sourceDigest === undefined) return [];
    return [{ repository: row.repository, digest: row.sourceDigest, targets: group }];
  });
}

/** The image that a scan or verify job looks at: the source, or what stands in staging. */
export function pinnedOf(job: JobRow, image: SourceImage): PinnedImage {
  if (job.kind !== 'verify') return { repository: image.repository, digest: image.digest };
  const row = image.targets[0]?.row;
  if (row?.staged === undefined || row.stagedRepository === undefined) {
    throw new Error('a target to be verified has nothing staged');
  }
  return { repository: row.stagedRepository, digest: row.staged };
}
