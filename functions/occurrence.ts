/** A timer may fire some milliseconds before its time. */
const EARLY_MS = 1000;

/**
 * The occurrence for which a timer fires, so that its retries, and a start after a missed occurrence,
 * start the same run. `next` is the host's record (ISO 8601): the occurrence for which the timer fires,
 * of any age. If it is in the future, the timer was fired by hand, and the current minute counts.
 */
export function occurrenceOf(next: string | undefined, now: Date): Date {
  const noted = Date.parse(next ?? '');
  if (noted < now.getTime() + EARLY_MS) return new Date(noted);
  const minute = new Date(now);
  minute.setUTCSeconds(0, 0);
  return minute;
}
