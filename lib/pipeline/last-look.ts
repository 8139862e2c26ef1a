import type { Stored } from '../storage/typed-table.ts';
import { clearRunStaging } from './clear-staging.ts';
import { endTargets, recordEnded } from './end-targets.ts';
import type { JobRow } from './records/job-row.ts';
import type { RunRow } from './records/run-row.ts';
import type { TargetRow } from './records/target-row.ts';
import type { Services } from './services.ts';
import { isTerminal } from './target-states.ts';

/**
 * The last look at a run that has ended, when nothing that was given up can still have an effect. A
 * group without a master may have pushed to staging, and a step that froze may have written down a
 * target of its own: both are made good, and the run is left alone from then on.
 */
export async function lastLook(services: Services, run: Stored<RunRow>): Promise<void> {
  const { runId } = run.row;
  const jobs: JobRow[] = [];
  for await (const { row } of services.jobs.list(runId)) jobs.push(row);
  await clearRunStaging(services, jobs);
  const strays: Stored<TargetRow>[] = [];
  const ended: TargetRow[] = [];
  for await (const target of services.targets.list(runId)) {
    if (isTerminal(target.row.state)) ended.push(target.row);
    else strays.push(target);
  }
  await recordEnded(services, ended);
  const detail = 'it came into the run after its end';
  await endTargets(services, strays, { state: 'skipped', reason: 'source-changed', detail });
  const { lastLookAt: _, ...row } = run.row;
  const { skipped, targets } = row;
  const counts = { skipped: skipped + strays.length, targets: targets + strays.length };
  await services.runs.replace({ ...row, ...counts }, run.etag);
}
