import { counted, formatCount, formatSpan } from '../../lib/history/amount-text.ts';

export { counted, formatCount };

const MINUTE = 60_000;

/** How long ago a time is, or how far ahead: `5 min ago`, `in 2 h`. */
export function formatAge(time: string, now: Date): string {
  const difference = now.getTime() - Date.parse(time);
  const length = Math.abs(difference);
  if (length < MINUTE) return 'just now';
  const text = formatSpan(length);
  return difference < 0 ? `in ${text}` : `${text} ago`;
}

/** How long something took: `4 min`, or `less than a minute`. */
export function formatDuration(from: string, until: string): string {
  const length = Date.parse(until) - Date.parse(from);
  return length < MINUTE ? 'less than a minute' : formatSpan(length);
}

/** `2026-11-30 02:00 UTC`. */
export function formatTime(time: string): string {
  return `${time.slice(0, 10)} ${time.slice(11, 16)} UTC`;
}

/** The share in percent. 100 % means all, and 0 % none. */
export function formatShare(part: number, whole: number): string {
  if (whole === 0) return '–';
  const percent = Math.round((100 * part) / whole);
  if (percent === 100 && part < whole) return '99 %';
  return percent === 0 && part > 0 ? '1 %' : `${percent} %`;
}

/** A digest as people compare it: the algorithm and twelve digits. */
export function shortDigest(digest: string): string {
  return digest.slice(0, 'sha256:'.length + 12);
}

/** A state or reason in words: `already-patched` is `already patched`. */
export function inWords(word: string): string {
  return word.replaceAll('-', ' ');
}
