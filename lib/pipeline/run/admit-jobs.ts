import type { Stored } from '../../storage/typed-table.ts';
import { claimImage } from '../inventory/inventory.ts';
import { sendStep } from '../messages.ts';
import { type JobRow, jobIdOf } from '../records/job-row.ts';
import type { RunRow } from '../records/run-row.ts';
import type { TargetRow } from '../records/target-row.ts';
import type { Services } from '../services.ts';
import { finishTarget, moveTarget, writeTarget } from '../targets/change-target.ts';
import type { NewJob } from './group-into-jobs.ts';

/** Claims, then the job's row, then its targets: cut anywhere, the next tick makes what is missing. */
export async function makeJob(
  services: Services,
  run: RunRow,
  planned: NewJob,
  stored: (row: TargetRow) => Stored<TargetRow>,
): Promise<void> {
  const targets =
    planned.kind === 'scan'
      ? await claimed(services, run, planned.targets, stored)
      : planned.targets;
  const [first] = targets;
  if (first === undefined) return;
  const rounds = targets.map((target) => ({ rowKey: target.rowKey, round: target.round + 1 }));
  const jobId = jobIdOf(run.runId, planned.kind, rounds);
  const now = services.clock.now();
  await services.jobs.insert({
    partitionKey: run.runId,
    rowKey: jobId,
    kind: planned.kind,
    state: 'waiting',
    ...((planned.kind === 'patch' || planned.kind === 'publish') && {
      repository: first.repository,
    }),
    targets: JSON.stringify([...targets, ...planned.behind].map((target) => target.rowKey)),
    attempt: 0,
    wake: 0,
    nextAt: now,
    errors: 0,
    createdAt: now,
  });
  for (const target of targets) {
    const assigned = { job: jobId, round: target.round + 1 };
    if (target.state === 'queued') await moveTarget(services, stored(target), 'scanning', assigned);
    else await writeTarget(services, stored(target), { ...target, ...assigned });
  }
}

/** Only those whose image this run may work on; the others end, held by another run. */
async function claimed(
  services: Services,
  run: RunRow,
  targets: readonly TargetRow[],
  stored: (row: TargetRow) => Stored<TargetRow>,
): Promise<readonly TargetRow[]> {
  const kept: TargetRow[] = [];
  for (const target of targets) {
    const digest = target.sourceDigest;
    if (digest === undefined) throw new Error('a target that is to be scanned has no source');
    const image = { repository: target.repository, digest };
    if (await claimImage(services, image, run)) kept.push(target);
    else {
      const outcome = { state: 'skipped', reason: 'held-by-another-run' } as const;
      await finishTarget(services, stored(target), outcome);
    }
  }
  return kept;
}

export async function admitJob(services: Services, stored: Stored<JobRow>): Promise<void> {
  const nextAt = services.clock.now();
  const admitted = await services.jobs.replace(
    { ...stored.row, state: 'ready', nextAt },
    stored.etag,
  );
  if (admitted !== undefined) await sendStep(services, admitted.row);
}

/** A job that was never begun: its targets are loose again, and end with the run. */
export async function dropJob(services: Services, stored: Stored<JobRow>): Promise<void> {
  const finishedAt = services.clock.now();
  await services.jobs.replace({ ...stored.row, state: 'lost', finishedAt }, stored.etag);
}
