import { secondsAfter } from '../services.ts';

const MINUTE = 60;
const HOUR = 60 * MINUTE;

/** Seconds to the next round, after so many rounds without success in a row. The last one repeats. */
export const RETRY_SECONDS: readonly number[] = [
  10,
  MINUTE,
  5 * MINUTE,
  15 * MINUTE,
  30 * MINUTE,
  HOUR,
  2 * HOUR,
  4 * HOUR,
];
/** After this time the events of an ended run are given up. */
export const PATIENCE_SECONDS = 24 * HOUR;
/** A receiver may ask for a longer wait, up to this. */
const LONGEST_WAIT = HOUR;

/** The wait before the next round. `failures` counts rounds without success in a row, from 1. */
export function retryDelay(failures: number, askedSeconds: number): number {
  const usual = RETRY_SECONDS[Math.min(failures, RETRY_SECONDS.length) - 1] ?? 10;
  return Math.max(usual, Math.min(askedSeconds, LONGEST_WAIT));
}

export function isGivenUp(tellSince: Date, now: Date): boolean {
  return now >= secondsAfter(tellSince, PATIENCE_SECONDS);
}
