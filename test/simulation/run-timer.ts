import { runIdOf } from '../../lib/pipeline/records/run-id.ts';
import { dueOccurrence } from '../../lib/settings/due-occurrence.ts';
import { cronText } from '../../lib/settings/occurrences.ts';
import { Schedule } from '../../lib/settings/schedule.ts';
import type { ScenarioRun } from './scenario.ts';
import { START } from './world.ts';

/** The time at which every simulated world starts, each year. */
const SCHEDULE = Schedule.parse('0 0 2 23 11 *');
export const SCHEDULE_TEXT = cronText(SCHEDULE);
/** The real host fires a timer up to 4 ms early. */
const EARLY_MS = 4;

/**
 * The occurrence that a try is for, as the app finds it: each try fires early, with the occurrence in
 * the host's record. A run by HTTP has the time of its request.
 */
export function dueOf(run: ScenarioRun, at: number, retryCount: number): Date {
  const time = timeOf(run);
  if (run.trigger === 'manual') return time;
  const now = new Date(at - EARLY_MS);
  const due = dueOccurrence(SCHEDULE, { next: time.toISOString(), now, retryCount });
  if (due === undefined)
    throw new Error(`the timer fires for no occurrence at ${now.toISOString()}`);
  return due;
}

/** When the watch over the timers takes the run's occurrence for missed, if something calls the app. */
const MADE_UP_MS = 60 * 60 * 1000;

export function isScheduled({ trigger }: ScenarioRun): boolean {
  return trigger === 'schedule';
}

export function madeUpBy(run: ScenarioRun): number {
  return timeOf(run).getTime() + MADE_UP_MS;
}

/** The last occurrence of the scenario's schedule that is not after this time. */
export function lastScheduled(runs: readonly ScenarioRun[], notAfter: Date): Date | undefined {
  return runs
    .filter(isScheduled)
    .map(timeOf)
    .filter((time) => time <= notAfter)
    .at(-1);
}

/** Each occurrence and each request has one run. `started` holds the ids of all runs. */
export function occurrenceFaults(
  runs: readonly ScenarioRun[],
  started: readonly string[],
): readonly string[] {
  const wanted: readonly string[] = runs.map((run) => runIdOf(timeOf(run), run.trigger));
  return [
    ...wanted
      .filter((id) => started.filter((one) => one === id).length !== 1)
      .map((id) => `no run or more than one was started for ${id}`),
    ...started
      .filter((id) => !wanted.includes(id))
      .map((id) => `${id} was started, and nothing was due then`),
  ];
}

function timeOf(run: ScenarioRun): Date {
  return new Date(START + run.at * 1000);
}
