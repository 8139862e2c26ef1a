/** A time as .NET writes it in UTC, without zeros at the end of its fraction. */
export function dotnetTime(date: Date): string {
  return date.toISOString().replace(/\.?0*Z$/, '+00:00');
}

/** The time of a field that was never set. */
export const YEAR_ONE = '0001-01-01T00:00:00+00:00';
