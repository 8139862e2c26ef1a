/** A timer may fire some milliseconds before its time. */
const EARLY_MS = 1000;

/**
 * The occurrence that a timer fires for, so that its retries, and a start after a missed occurrence, start one
 * run. `next` is the host's note (ISO 8601): while the timer fires for an occurrence it is that occurrence,
 * however old. If it lies in the future, the timer was fired by hand, and the current minute counts.
 */
export function occurrenceOf(next: string | undefined, now: Date): Date {
  const noted = Date.parse(next ?? '');
  if (noted < now.getTime() + EARLY_MS) return new Date(noted);
  const minute = new Date(now);
  minute.setUTCSeconds(0, 0);
  return minute;
}
