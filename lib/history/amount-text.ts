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

/** A time span in its largest unit. */
export function formatSpan(milliseconds: number): string {
  if (milliseconds < HOUR) return `${Math.max(1, Math.floor(milliseconds / MINUTE))} min`;
  if (milliseconds < 2 * DAY) return `${Math.floor(milliseconds / HOUR)} h`;
  return `${formatCount(Math.floor(milliseconds / DAY))} days`;
}

/** A number of seconds in its largest unit: `45 s`, `4 min`, `3 h`. */
export function formatSeconds(seconds: number): string {
  return seconds < 60 ? `${Math.round(seconds)} s` : formatSpan(seconds * 1000);
}
