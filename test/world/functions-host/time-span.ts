const SHORT =
  /^(?:(?<days>\d+)\.)?(?<hours>\d+):(?<minutes>\d+)(?::(?<seconds>\d+)(?:\.(?<ticks>\d{1,7}))?)?$/;
const LONG = /^(?<days>\d+):(?<hours>\d+):(?<minutes>\d+):(?<seconds>\d+)(?:\.(?<ticks>\d{1,7}))?$/;

/**
 * A .NET time span in milliseconds, as `TimeSpan.TryParse` reads it: `7` is seven days, `01:00` an hour, and
 * `24:00:00` twenty-four days, since no day has that hour. Undefined if it is none.
 */
export function readTimeSpan(text: string): number | undefined {
  const [, sign, rest = ''] = /^\s*(-?)(.*?)\s*$/s.exec(text) ?? [];
  const factor = sign === '-' ? -1 : 1;
  if (/^\d+$/.test(rest)) return factor * milliseconds(Number(rest), 0, 0, 0, '');
  const {
    days,
    hours,
    minutes,
    seconds,
    ticks = '',
  } = (SHORT.exec(rest) ?? LONG.exec(rest))?.groups ?? {};
  if (hours === undefined || minutes === undefined) return undefined;
  const clock = [Number(hours), Number(minutes), Number(seconds ?? 0)] as const;
  const [first, second, third] = clock;
  if (second > 59) return undefined;
  // Three numbers whose first is no hour are days, hours and minutes.
  if (first > 23)
    return days !== undefined || seconds === undefined || second > 23 || third > 59
      ? undefined
      : factor * milliseconds(first, second, third, 0, ticks);
  if (third > 59) return undefined;
  return factor * milliseconds(Number(days ?? 0), ...clock, ticks);
}

function milliseconds(
  days: number,
  hours: number,
  minutes: number,
  seconds: number,
  ticks: string,
): number {
  const whole = ((days * 24 + hours) * 60 + minutes) * 60 + seconds;
  return whole * 1000 + Number(ticks.padEnd(7, '0')) / 10_000;
}
