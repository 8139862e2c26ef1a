import type { Ncrontab } from './ncrontab.ts';
import { lastOccurrence } from './occurrences.ts';

/** A timer may fire some milliseconds before its time. */
const EARLY_MS = 1000;
/** The host keeps no record of a schedule with several occurrences in each minute. */
const NO_RECORD_MS = 60_000;

/** One try of a timer's function. */
export interface TimerTry {
  /** The host's record (ISO 8601): the occurrence that it waited for. Undefined if it keeps none. */
  readonly next: string | undefined;
  readonly now: Date;
  /** 0 for the first try. */
  readonly retryCount: number;
}

/**
 * The occurrence for which a timer fires. Retries, and a repetition after a crash, give the same one
 * or one that is due itself, so one occurrence never starts two runs. A later occurrence than that of
 * the record counts: after a crash, the record can be of a run that was started.
 *
 * If the timer is fired by hand, the current minute counts. Undefined for a retry of that, because
 * another minute would be another run.
 */
export function dueOccurrence(
  schedule: Ncrontab,
  { next, now, retryCount }: TimerTry,
): Date | undefined {
  const latest = new Date(now.getTime() + EARLY_MS);
  const recorded = Date.parse(next ?? '');
  const last = lastOccurrence(schedule, latest);
  if (recorded <= latest.getTime()) {
    return new Date(Math.max(recorded, last?.getTime() ?? recorded));
  }
  const isRecent = last !== undefined && last.getTime() > now.getTime() - NO_RECORD_MS;
  if (Number.isNaN(recorded) && isRecent) return last;
  if (retryCount > 0) return undefined;
  const minute = new Date(now);
  minute.setUTCSeconds(0, 0);
  return minute;
}
