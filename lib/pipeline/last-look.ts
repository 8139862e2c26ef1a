import type { Stored } from '../storage/typed-table.ts';
import { clearRunStaging } from './clear-staging.ts';
import { endTargets, recordEnded } from './end-targets.ts';
import { countStates } from './plan-tick.ts';
import type { Outcome } from './reasons.ts';
import type { JobRow } from './records/job-row.ts';
import type { RunRow } from './records/run-row.ts';
import type { TargetRow } from './records/target-row.ts';
import { type Services, secondsAfter } from './services.ts';
import { sweepStaging } from './sweep-staging.ts';
import { isTerminal } from './target-states.ts';

/** Then a run is left alone, whatever could not be put right. */
const PATIENCE_SECONDS = 24 * 3600;

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
  for await (const { row } of services.jobs.listReadable(runId, passOver)) jobs.push(row);
  const strays: Stored<TargetRow>[] = [];
  const ended: TargetRow[] = [];
  for await (const target of services.targets.listReadable(runId, passOver)) {
    if (isTerminal(target.row.state)) ended.push(target.row);
    else strays.push(target);
  }
  await recordEnded(services, ended);
  await endTargets(services, strays, strayOutcome(run.row), []);
  await clearRunStaging(services, jobs);
  const swept = await sweepStaging(services, jobs);
  // Those that were ended just now are counted by the next look.
  if (patient && (strays.length > 0 || !swept)) return;
  const { lastLookAt: _, ...row } = run.row;
  const recount = unreadable === 0 && ended.length >= known;
  await services.runs.replace({ ...row, ...(recount && countStates(ended, 0)) }, run.etag);
}

function strayOutcome({ state, detail }: RunRow): Outcome {
  if (state === 'failed') {
    return { state: 'failed', reason: 'internal-error', detail: `its run failed: ${detail ?? ''}` };
  }
  return { state: 'skipped', reason: 'run-over', detail: 'it came into the run after its end' };
}
