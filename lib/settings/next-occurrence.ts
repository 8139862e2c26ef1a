import { Cron } from 'croner';
import type { Ncrontab } from './ncrontab.ts';

/** The first occurrence after this time, in UTC. Undefined if there is none within this many years. */
export function nextOccurrence(
  schedule: Ncrontab,
  after: Date,
  withinYears: number,
): Date | undefined {
  const { seconds, minutes, hours, days, months, weekdays } = schedule;
  const fields = [seconds, minutes, hours, days, months, weekdays];
  const latest = new Date(after);
  latest.setUTCFullYear(latest.getUTCFullYear() + withinYears);
  // The host requires both the day of the month and the day of the week; cron requires either.
  const cron = new Cron(fields.map((field) => field.join(',')).join(' '), {
    paused: true,
    timezone: 'Etc/UTC',
    domAndDow: true,
    stopAt: latest,
  });
  return cron.nextRun(after) ?? undefined;
}
