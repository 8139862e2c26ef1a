import { isRunOver, type Run } from '../records/run.ts';
import { type Services, secondsAfter } from '../services.ts';
import type { Stored } from '../stores/stored.ts';
import { archiveRun } from './archive-run.ts';

const DAY_SECONDS = 24 * 3600;
/** More than a year of hourly runs. With more runs, the older ones wait until these are archived. */
const MOST_RUNS = 10_000;

/**
 * Archives the oldest run that ended longer ago than the setting says, or goes on with it: one run in a
 * round of the reaper. Does nothing without the setting.
 */
export async function retain(services: Services): Promise<void> {
  const { retentionDays } = services.options;
  if (retentionDays === undefined) return;
  const run = await oldestDue(services, retentionDays);
  if (run !== undefined) await archiveRun(services, run);
}

async function oldestDue(services: Services, days: number): Promise<Stored<Run> | undefined> {
  const now = services.clock.now();
  const isTelling = ({ tellSince }: Run) =>
    tellSince !== undefined && services.webhook !== undefined;
  let looked = 0;
  let oldest: Stored<Run> | undefined;
  for await (const run of services.runs.newestFirst(() => undefined)) {
    looked += 1;
    // The newest run stays, whatever its age.
    if (looked > 1 && isDue(run, { now, days }) && !isTelling(run)) oldest = run;
    if (looked >= MOST_RUNS) break;
  }
  return oldest;
}

/** A run is due once it ended more than `days` ago and its last look is over. */
function isDue(
  run: Pick<Run, 'state' | 'finishedAt' | 'lastLookAt' | 'archiveNextAt'>,
  { now, days }: { readonly now: Date; readonly days: number },
): boolean {
  const { finishedAt, lastLookAt, archiveNextAt } = run;
  if (!isRunOver(run) || finishedAt === undefined || lastLookAt !== undefined) return false;
  if (archiveNextAt !== undefined && archiveNextAt > now) return false;
  return secondsAfter(finishedAt, days * DAY_SECONDS) < now;
}
