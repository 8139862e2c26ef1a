import { isRunOver, type Run } from '../records/run.ts';
import type { RunId } from '../records/run-id.ts';
import { type Services, secondsAfter } from '../services.ts';
import type { Stored } from '../stores/stored.ts';
import { archiveRun, type RetainLimits } from './archive-run.ts';

const DAY_SECONDS = 24 * 3600;
/** More than ten years of hourly runs: the longest time to keep them. */
const MOST_RUNS = 100_000;
const AFTER_FAILURE_SECONDS = 3600;

/**
 * Archives the oldest run that ended longer ago than the setting says, or goes on with it: one run in a
 * round of the reaper. Does nothing without the setting.
 */
export async function retain(services: Services, limits?: RetainLimits): Promise<void> {
  const { retentionDays } = services.options;
  if (retentionDays === undefined) return;
  const run = await nextDue(services, retentionDays);
  if (run === undefined) return;
  try {
    await archiveRun(services, run, limits);
  } catch (error) {
    // Else the oldest run, with a row that can't be read, keeps all others from their archives for ever.
    await delay(services, run.id).catch((failure: unknown) => {
      services.log.warn('old run not delayed', { runId: run.id, detail: String(failure) });
    });
    throw error;
  }
}

/** Lets the other runs go first. */
async function delay({ runs, clock }: Services, runId: RunId): Promise<void> {
  const run = await runs.find(runId);
  if (run === undefined) return;
  await runs.noteArchive(run, { archiveNextAt: secondsAfter(clock.now(), AFTER_FAILURE_SECONDS) });
}

async function nextDue(services: Services, days: number): Promise<Stored<Run> | undefined> {
  const now = services.clock.now();
  const isTelling = ({ tellSince }: Run) =>
    tellSince !== undefined && services.webhook !== undefined;
  let looked = 0;
  let first: Stored<Run> | undefined;
  let scheduled: RunId | undefined;
  for await (const run of services.runs.newestFirst(() => undefined)) {
    looked += 1;
    if (run.trigger === 'schedule') scheduled ??= run.id;
    // The newest run stays, whatever its age. So does the newest of the schedule, which may fire once a
    // year: a later run may be of some images only.
    const stays = looked === 1 || run.id === scheduled;
    if (!stays && isDue(run, { now, days }) && !isTelling(run) && goesBefore(run, first)) {
      first = run;
    }
    if (looked >= MOST_RUNS) break;
  }
  return first;
}

/** The older one. A run that was kept back before comes after all others, so that it delays none. */
function goesBefore(run: Run, other: Run | undefined): boolean {
  const keptUntil = ({ archiveNextAt }: Run) => archiveNextAt?.getTime() ?? 0;
  return other === undefined || keptUntil(run) <= keptUntil(other);
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
