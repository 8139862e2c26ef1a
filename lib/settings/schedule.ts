import * as z from 'zod';
import { FIELDS, type Ncrontab, type NcrontabItem, readNcrontab } from './ncrontab.ts';
import { nextOccurrence } from './occurrences.ts';

/** A schedule without an occurrence in this time is a mistake. 29 February may be eight years away. */
export const MOST_YEARS = 10;
const SHORTEST_NAME = 3;
const TIME_SPAN = /^\s*-?(?:\d+|(?:\d+\.)?\d+:[\d:.]+)\s*$/;

/**
 * A schedule in NCRONTAB, in UTC. Never laxer than the Functions host, which disables a timer with a
 * wrong schedule and only logs it. Stricter if the host would do something that nobody intends.
 */
export const Schedule = z.string().transform((text, context): Ncrontab => {
  const reading = readNcrontab(text);
  const faults = reading.ok
    ? FIELDS.flatMap(({ name }, at) =>
        (reading.items[at] ?? []).flatMap((item) => itemFaults(item, name)),
      )
    : [faultOf(text, reading.fault)];
  for (const message of faults) context.addIssue({ code: 'custom', message });
  return reading.ok && faults.length === 0 ? reading.schedule : z.NEVER;
});

function faultOf(text: string, fault: string): string {
  if (TIME_SPAN.test(text)) {
    return 'is a time span, which Flex Consumption does not support: write five or six fields, such as "0 0 2 * * *"';
  }
  if (/[^\S ]/.test(text)) {
    return `${fault}: only blanks may separate fields, not tabs, line breaks or other white space`;
  }
  return fault;
}

/** The fault of a schedule without an occurrence within ten years; undefined for any other. */
export function occurrenceFault(schedule: Ncrontab, now: Date): string | undefined {
  if (nextOccurrence(schedule, now, MOST_YEARS) !== undefined) return undefined;
  return `has no occurrence within ${MOST_YEARS} years: no date matches its day of the month, month and day of the week`;
}

function itemFaults({ ends, first, last, step }: NcrontabItem, field: string): readonly string[] {
  const written = ends.join('-');
  const short = ends.filter((end) => !/^\d/.test(end) && end.length < SHORTEST_NAME);
  return [
    ...short.map(
      (end) => `the ${field} "${end}" is too short to be clear: write at least three letters`,
    ),
    ...(first > last
      ? [
          `the ${field} range "${written}" is reversed, which the host reads as ${last}-${first}: write the lower end first, or two ranges with a comma`,
        ]
      : []),
    ...(step < 1
      ? [`the ${field} step ${step} is below 1, which the host reads as 1: write 1 or more`]
      : []),
  ];
}
