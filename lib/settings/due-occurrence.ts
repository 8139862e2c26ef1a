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
 * The occurrence for which a timer fires: that of the host's record, or a later one that is due. After a
 * crash, the record can name an occurrence whose run has started. Retries return the same occurrence, or
 * a later one that is due, so no occurrence starts two runs.
 *
 * If somebody fires the timer by hand, the current minute counts. Returns undefined for a retry of that:
 * another minute would start another run.
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
