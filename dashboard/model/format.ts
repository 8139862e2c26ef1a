const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const NUMBERS = new Intl.NumberFormat('en');

export function formatCount(count: number): string {
  return NUMBERS.format(count);
}

/** `1 image`, `2 images`. */
export function counted(count: number, one: string, several = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : several}`;
}

/** How long ago a time is, or how far ahead: `5 min ago`, `in 2 h`. */
export function formatAge(time: string, now: Date): string {
  const difference = now.getTime() - Date.parse(time);
  const length = Math.abs(difference);
  if (length < MINUTE) return 'just now';
  const text = formatSpan(length);
  return difference < 0 ? `in ${text}` : `${text} ago`;
}

/** A time span in its largest unit. */
function formatSpan(milliseconds: number): string {
  if (milliseconds < HOUR) return `${Math.max(1, Math.floor(milliseconds / MINUTE))} min`;
  if (milliseconds < 2 * DAY) return `${Math.floor(milliseconds / HOUR)} h`;
  return `${formatCount(Math.floor(milliseconds / DAY))} days`;
}

/** How long something took: `4 min`, or `less than a minute`. */
export function formatDuration(from: string, until: string): string {
  const length = Date.parse(until) - Date.parse(from);
  return length < MINUTE ? 'less than a minute' : formatSpan(length);
}

/** A number of seconds in its largest unit: `45 s`, `4 min`, `3 h`. */
export function formatSeconds(seconds: number): string {
  return seconds < 60 ? `${Math.round(seconds)} s` : formatSpan(seconds * 1000);
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
