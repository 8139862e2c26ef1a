/**
 * A schedule as the Functions host reads it: the numbers of each field, ascending.
 * Both the day of the month and the day of the week must match.
 */
export interface Ncrontab {
  readonly seconds: readonly number[];
  readonly minutes: readonly number[];
  readonly hours: readonly number[];
  readonly days: readonly number[];
  readonly months: readonly number[];
  /** 0 is Sunday. */
  readonly weekdays: readonly number[];
}

interface FieldKind {
  readonly name: string;
  readonly least: number;
  readonly most: number;
  /** Names of the numbers from `least` on. A prefix is enough; the first match counts. */
  readonly names?: readonly string[];
}

export const FIELDS = [
  { name: 'second', least: 0, most: 59 },
  { name: 'minute', least: 0, most: 59 },
  { name: 'hour', least: 0, most: 23 },
  { name: 'day', least: 1, most: 31 },
  {
    name: 'month',
    least: 1,
    most: 12,
    names: [
      'january',
      'february',
      'march',
      'april',
      'may',
      'june',
      'july',
      'august',
      'september',
      'october',
      'november',
      'december',
    ],
  },
  {
    name: 'day of the week',
    least: 0,
    most: 6,
    names: ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'],
  },
] as const satisfies readonly FieldKind[];

/** An item of a field. Commas separate items. */
export interface NcrontabItem {
  /** The ends as written; none for `*`. */
  readonly ends: readonly string[];
  readonly first: number;
  readonly last: number;
  /** The step as written, or 1. The host treats everything below 1 as 1. */
  readonly step: number;
}

export type NcrontabReading =
  | {
      readonly ok: true;
      readonly schedule: Ncrontab;
      /** The items of each field, seconds first, for a stricter reader. */
      readonly items: readonly (readonly NcrontabItem[])[];
    }
  | { readonly ok: false; readonly fault: string };

const LARGEST_NUMBER = 2 ** 31 - 1;
/** .NET's number parser accepts ASCII white space after the digits. */
const NUMBER = /^(\d+)[\t-\r]*$/;
const STEP = /^[\t-\r]*([+-]?\d+)[\t-\r]*$/;

/**
 * Reads the host's whole grammar: five or six fields (with seconds), separated only by blanks. Source:
 * NCrontab.Signed, which the timer extension uses; compared with it over
 * `test/unit/settings/schedules.json`.
 */
export function readNcrontab(text: string): NcrontabReading {
  const fields = text.split(' ').filter((field) => field !== '');
  if (fields.length === FIELDS.length - 1) fields.unshift('0');
  if (fields.length !== FIELDS.length) {
    return { ok: false, fault: `must have five or six fields, but has ${fields.length}` };
  }
  const items: (readonly NcrontabItem[])[] = [];
  for (const [at, kind] of FIELDS.entries()) {
    const read = (fields[at] ?? '').split(',').map((item) => readItem(item, kind));
    const known = read.filter((item) => item !== undefined);
    if (known.length < read.length) {
      return { ok: false, fault: `the field for the ${kind.name} is invalid` };
    }
    items.push(known);
  }
  const [seconds = [], minutes = [], hours = [], days = [], months = [], weekdays = []] =
    items.map(numbersOf);
  return { ok: true, schedule: { seconds, minutes, hours, days, months, weekdays }, items };
}

function readItem(text: string, kind: FieldKind): NcrontabItem | undefined {
  const slash = text.indexOf('/');
  const range = slash < 0 ? text : text.slice(0, slash);
  const step = slash < 0 ? 1 : stepOf(text.slice(slash + 1));
  if (step === undefined) return undefined;
  if (range === '*') return { ends: [], first: kind.least, last: kind.most, step };
  const dash = range.indexOf('-');
  const ends = dash < 0 ? [range] : [range.slice(0, dash), range.slice(dash + 1)];
  const [first, last] = ends.map((end) => numberOf(end, kind));
  if (first === undefined || (dash >= 0 && last === undefined)) return undefined;
  // A value with a step is a range to the field's end. The host counts with 32 bits: a step that passes
  // its largest number from a field's start breaks the host's reader.
  const low = Math.min(first, last ?? first);
  if (low - kind.least + step > LARGEST_NUMBER) return undefined;
  return { ends, first, last: last ?? (slash < 0 ? first : kind.most), step };
}

function stepOf(text: string): number | undefined {
  const [, digits] = STEP.exec(text) ?? [];
  const step = Number(digits ?? Number.NaN);
  return Math.abs(step) <= LARGEST_NUMBER ? step : undefined;
}

function numberOf(text: string, { names = [], least, most }: FieldKind): number | undefined {
  const [, digits] = NUMBER.exec(text) ?? [];
  if (digits !== undefined) {
    const value = Number(digits);
    return value >= least && value <= most ? value : undefined;
  }
  const named = text === '' ? -1 : names.findIndex((name) => name.startsWith(text.toLowerCase()));
  return named < 0 ? undefined : least + named;
}

function numbersOf(items: readonly NcrontabItem[]): readonly number[] {
  const numbers = new Set<number>();
  for (const { first, last, step } of items) {
    const [from, to] = first <= last ? [first, last] : [last, first];
    for (let value = from; value <= to; value += Math.max(step, 1)) numbers.add(value);
  }
  return [...numbers].sort((a, b) => a - b);
}
