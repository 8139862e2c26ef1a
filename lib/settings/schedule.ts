import { z } from 'zod';

interface Field {
  readonly name: string;
  readonly least: number;
  readonly most: number;
  /** Names for the numbers from `least` on. */
  readonly names?: readonly string[];
}

const FIELDS: readonly Field[] = [
  { name: 'second', least: 0, most: 59 },
  { name: 'minute', least: 0, most: 59 },
  { name: 'hour', least: 0, most: 23 },
  { name: 'day', least: 1, most: 31 },
  {
    name: 'month',
    least: 1,
    most: 12,
    names: ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'],
  },
  {
    name: 'day of the week',
    least: 0,
    most: 6,
    names: ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'],
  },
];
/** An item of a field: a value, a range or `*`, each with an optional step. */
const ITEM = /^(?:(\*)|(\w+)(?:-(\w+))?)(?:\/(\d{1,2}))?$/;

/**
 * A schedule of the Functions host: NCRONTAB with six fields, in UTC. The host skips a function with a
 * wrong schedule and only logs it. Source: Azure Functions, timer trigger.
 */
export const Schedule = z.string().superRefine((text, context) => {
  const fields = text.trim().split(/\s+/);
  if (fields.length !== FIELDS.length) {
    const message = `must have six fields, from second to day of the week, but has ${fields.length}`;
    context.addIssue({ code: 'custom', message });
    return;
  }
  for (const [at, field] of FIELDS.entries()) {
    if ((fields[at] ?? '').split(',').every((item) => isItem(item, field))) continue;
    context.addIssue({ code: 'custom', message: `the field for the ${field.name} is invalid` });
  }
});

function isItem(item: string, field: Field): boolean {
  const [whole, all, from, to, step] = ITEM.exec(item) ?? [];
  if (whole === undefined) return false;
  if (step !== undefined && Number(step) === 0) return false;
  if (all !== undefined) return true;
  const first = numberOf(from, field);
  const last = to === undefined ? first : numberOf(to, field);
  return first !== undefined && last !== undefined && first <= last;
}

function numberOf(text: string | undefined, field: Field): number | undefined {
  if (text === undefined) return undefined;
  const named = field.names?.indexOf(text.toLowerCase()) ?? -1;
  if (named !== -1) return field.least + named;
  const value = /^\d{1,2}$/.test(text) ? Number(text) : Number.NaN;
  return value >= field.least && value <= field.most ? value : undefined;
}
