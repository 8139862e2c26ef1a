import { type Ncrontab, readNcrontab } from '../../../lib/settings/ncrontab.ts';
import { nextOccurrence } from '../../../lib/settings/occurrences.ts';
import { readTimeSpan } from './time-span.ts';

/** What the host knows of a schedule. All times are UTC: Flex Consumption knows no other. */
export interface HostSchedule {
  /** The first occurrence after the given time; `NEVER` if there is none. */
  next(after: Date): Date;
  /** Whether the host keeps the timer's status over restarts. */
  readonly monitored: boolean;
}

/** What the host takes for an occurrence that never comes. */
const NEVER = new Date('9999-12-31T23:59:59.999Z');
/** The calendar repeats after 400 years, days of the week included; 29 February on a Monday within 40. */
const FARTHEST_YEARS = 50;
const MINUTE_MS = 60_000;

/**
 * Reads a schedule as the host's timer extension does: NCRONTAB, else a time span. Throws with the host's words.
 * https://github.com/Azure/azure-webjobs-sdk-extensions TimerSchedule.Create
 */
export function readHostSchedule(expression: string): HostSchedule {
  const reading = readNcrontab(expression);
  if (reading.ok) return cronSchedule(reading.schedule);
  const span = readTimeSpan(expression);
  if (span === undefined) {
    throw new Error(
      `The schedule expression '${expression}' was not recognized as a valid cron expression or timespan string.`,
    );
  }
  return {
    next: (after) => new Date(Math.min(after.getTime() + Math.floor(span), NEVER.getTime())),
    monitored: span >= MINUTE_MS,
  };
}

function cronSchedule(schedule: Ncrontab): HostSchedule {
  return {
    next: (after) => nextOccurrence(schedule, after, FARTHEST_YEARS) ?? NEVER,
    monitored: !firesOftenEachMinute(schedule),
  };
}

/** Only then does the host drop the status: every minute, more than once. */
function firesOftenEachMinute({
  seconds,
  minutes,
  hours,
  days,
  months,
  weekdays,
}: Ncrontab): boolean {
  const all = [minutes.length, hours.length, days.length, months.length, weekdays.length];
  return seconds.length > 1 && all.join() === '60,24,31,12,7';
}
