import { Cron, type CronOptions } from 'croner';
import type { Ncrontab } from './ncrontab.ts';

/** The first occurrence after this time, in UTC. Undefined if there is none within this many years. */
export function nextOccurrence(
  schedule: Ncrontab,
  after: Date,
  withinYears: number,
): Date | undefined {
  const latest = new Date(after);
  latest.setUTCFullYear(latest.getUTCFullYear() + withinYears);
  return cronOf(schedule, { stopAt: latest }).nextRun(after) ?? undefined;
}

/** The last occurrence that is not after this time, in UTC. Undefined if there was none. */
export function lastOccurrence(schedule: Ncrontab, notAfter: Date): Date | undefined {
  const [last] = cronOf(schedule).previousRuns(1, new Date(notAfter.getTime() + 1));
  return last;
}

/** The schedule in cron's syntax, each field a list of numbers. Equal schedules have the same text. */
export function cronText(schedule: Ncrontab): string {
  const { seconds, minutes, hours, days, months, weekdays } = schedule;
  const fields = [seconds, minutes, hours, days, months, weekdays];
  return fields.map((field) => field.join(',')).join(' ');
}

function cronOf(schedule: Ncrontab, options: CronOptions = {}): Cron {
  return new Cron(cronText(schedule), {
    paused: true,
    timezone: 'Etc/UTC',
    // The host requires both the day of the month and the day of the week; cron requires either.
    domAndDow: true,
    ...options,
  });
}
