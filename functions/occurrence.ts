/** A timer may fire this much early or late, retries included, and still mean the same occurrence. */
const TOLERANCE_MS = 10 * 60_000;

/**
 * The occurrence that a timer fires for, so that its retries start one run. `next` is the host's note
 * of the next occurrence (ISO 8601), which while a timer runs on time is its own; fired by hand, it is
 * a later one, and this minute counts.
 */
export function occurrenceOf(next: string | undefined, now: Date): Date {
  const noted = Date.parse(next ?? '');
  if (Math.abs(noted - now.getTime()) <= TOLERANCE_MS) return new Date(noted);
  const minute = new Date(now);
  minute.setUTCSeconds(0, 0);
  return minute;
}
