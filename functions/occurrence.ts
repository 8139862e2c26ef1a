/** A timer that fires this early or late, including retries, still belongs to the same occurrence. */
const TOLERANCE_MS = 10 * 60_000;

/**
 * The occurrence for which a timer fires, so that all its retries start the same run. `next` is the
 * host's record of the next occurrence (ISO 8601), which is the present one if the timer is on time. A
 * timer fired by hand has a later one; then the current minute counts.
 */
export function occurrenceOf(next: string | undefined, now: Date): Date {
  const noted = Date.parse(next ?? '');
  if (Math.abs(noted - now.getTime()) <= TOLERANCE_MS) return new Date(noted);
  const minute = new Date(now);
  minute.setUTCSeconds(0, 0);
  return minute;
}
