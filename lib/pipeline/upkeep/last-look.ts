import { inParallel } from '../../in-parallel.ts';
import type { Stored } from '../../storage/typed-table.ts';
import { isJobOver, type JobRow } from '../records/job-row.ts';
import type { Outcome } from '../records/reasons.ts';
import type { RunRow } from '../records/run-row.ts';
import type { TargetRow } from '../records/target-row.ts';
import { isTerminal } from '../records/target-states.ts';
import { endTargets, recordEnded } from '../run/end-targets.ts';
import { countStates } from '../run/plan-tick.ts';
import { type Services, secondsAfter } from '../services.ts';
import { clearRunStaging, NO_LEASE } from '../staging/clear-staging.ts';
import { sweepStaging } from '../staging/sweep-staging.ts';

/** Then a run is left alone, whatever could not be put right. */
const PATIENCE_SECONDS = 24 * 3600;
const AT_ONCE = 8;

/**
 * The last look at a run that has ended, when nothing that was given up can still have an effect. A
 * group without a master may have pushed to staging, and a step that froze may have written down a
 * target of its own: both are made good. What can't be done now is done by the next look; from then
 * on the run is left alone.
 */
export async function lastLook(services: Services, run: Stored<RunRow>): Promise<void> {
  const { runId, finishedAt, targets: known } = run.row;
  const now = services.clock.now();
  const patient = now < secondsAfter(finishedAt ?? now, PATIENCE_SECONDS);
  let unreadable = 0;
  const passOver = (error: Error) => {
    unreadable += 1;
    services.log.error('row passed over', { runId, detail: error.message });
  };
  const jobs: JobRow[] = [];
  const live: Stored<JobRow>[] = [];
  for await (const job of services.jobs.listReadable(runId, passOver)) {
    jobs.push(job.row);
    if (!isJobOver(job.row)) live.push(job);
  }
  // Of a run that failed: their groups are past their expiry by now.
  await inParallel(live, AT_ONCE, (job) => endJob(services, job));
  const strays: Stored<TargetRow>[] = [];
  const ended: TargetRow[] = [];
  for await (const target of services.targets.listReadable(runId, passOver)) {
    if (isTerminal(target.row.state)) ended.push(target.row);
    else strays.push(target);
  }
  await recordEnded(services, ended);
  await endTargets(services, strays, strayOutcome(run.row), { others: [], lease: NO_LEASE });
  await clearRunStaging(services, jobs, NO_LEASE);
  const swept = await sweepStaging(services, jobs);
  // What was ended just now is looked at, and counted, by the next look.
  if (patient && (live.length > 0 || strays.length > 0 || !swept)) return;
  if (!swept) services.log.error('staging may hold something still', { runId });
  const { lastLookAt: _, ...row } = run.row;
  const recount = unreadable === 0 && ended.length >= known;
  await services.runs.replace({ ...row, ...(recount && countStates(ended, 0)) }, run.etag);
}

async function endJob(services: Services, job: Stored<JobRow>): Promise<void> {
  const { leaseUntil: _, ...row } = job.row;
  const finishedAt = services.clock.now();
  const ended = { ...row, state: 'lost', reason: 'run-over', finishedAt } as const;
  await services.jobs.replace(ended, job.etag);
}

function strayOutcome({ state, detail }: RunRow): Outcome {
  if (state === 'failed') {
    return { state: 'failed', reason: 'internal-error', detail: `its run failed: ${detail ?? ''}` };
  }
  return { state: 'skipped', reason: 'run-over', detail: 'it came into the run after its end' };
}
