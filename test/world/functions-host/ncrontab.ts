import { CronExpressionParser } from 'cron-parser';

/** What the host knows of a schedule. All times are UTC: Flex Consumption knows no other. */
export interface Schedule {
  /** The first occurrence after the given time. */
  next(after: Date): Date;
  /** Whether occurrences are at least a minute apart: only then is the schedule kept over restarts. */
  readonly monitored: boolean;
}

const FIELD = /^[\dA-Za-z*,\-/]+$/;
const MACRO_OR_EXTENSION = /[?LWH#@]/;
const NAMES = /^(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|sun|mon|tue|wed|thu|fri|sat)$/i;

/**
 * Parses an NCRONTAB expression: six fields `{second} {minute} {hour} {day} {month} {day of week}`, or
 * five without the seconds. What other dialects add is refused, as by the host. Throws.
 * https://learn.microsoft.com/azure/azure-functions/functions-bindings-timer#ncrontab-expressions
 */
export function parseNcrontab(expression: string): Schedule {
  const fields = expression.trim().split(/\s+/);
  if (fields.length !== 5 && fields.length !== 6) {
    throw new Error(
      `'${expression}' is not an NCRONTAB expression: it has ${fields.length} fields`,
    );
  }
  for (const field of fields) {
    const words = field.match(/[A-Za-z]+/g) ?? [];
    const known = words.every((word) => NAMES.test(word));
    if (!FIELD.test(field) || !known || (MACRO_OR_EXTENSION.test(field) && words.length === 0)) {
      throw new Error(`'${expression}' is not an NCRONTAB expression: '${field}' is unknown`);
    }
  }
  const six = fields.length === 6 ? fields.join(' ') : `0 ${fields.join(' ')}`;
  const parse = (currentDate: Date) => CronExpressionParser.parse(six, { currentDate, tz: 'UTC' });
  const [first, second] = parse(new Date(0)).take(2);
  const apart = (second?.getTime() ?? 0) - (first?.getTime() ?? 0);
  return { next: (after) => parse(after).next().toDate(), monitored: apart >= 60_000 };
}
