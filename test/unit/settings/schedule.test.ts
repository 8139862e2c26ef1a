import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { readNcrontab } from '../../../lib/settings/ncrontab.ts';
import { lastOccurrence, nextOccurrence } from '../../../lib/settings/occurrences.ts';
import { MOST_YEARS, Schedule } from '../../../lib/settings/schedule.ts';
import { readHostSchedule } from '../../world/functions-host/host-schedule.ts';
import data from './schedules.json' with { type: 'json' };

/** Recorded behavior of the Functions host for each expression. See `source` in the file. */
const Case = z.object({
  kind: z.string(),
  expression: z.string(),
  accepted: z.boolean(),
  monitored: z.boolean().optional(),
  timeSpan: z.boolean().default(false),
  next: z.record(z.string(), z.array(z.string())).default({}),
});
const CASES = z.array(Case).parse(data.cases);
const NEVER = '9999-12-31T23:59:59.999Z';

const accepted = CASES.filter((one) => one.accepted);
const refused = CASES.filter((one) => !one.accepted);
const faultsOf = (text: string) =>
  Schedule.safeParse(text).error?.issues.map(({ message }) => message) ?? [];

it('is compared with the host over 339 expressions', () => {
  expect(CASES).toHaveLength(339);
  expect(accepted.length).toBeGreaterThan(180);
});

describe('the parser and the stand-in of the host', () => {
  it.each(accepted)('accept $expression ($kind) with the same occurrences as the host', (one) => {
    const schedule = readHostSchedule(one.expression);

    for (const [after, wanted] of Object.entries(one.next)) {
      // Only .NET adds up parts of a millisecond.
      const comparable = /\.\d{4,}$/.test(one.expression) ? wanted.slice(0, 1) : wanted;
      expect(occurrences(schedule.next, after, comparable.length)).toEqual(comparable);
    }
    expect(schedule.monitored).toBe(one.monitored);
    expect(readNcrontab(one.expression).ok).toBe(!one.timeSpan);
  });

  it.each(refused)('refuse $expression ($kind), as the host does', ({ expression }) => {
    expect(() => readHostSchedule(expression)).toThrow('was not recognized');
  });
});

describe('the validator', () => {
  it.each(refused)('refuses $expression ($kind), which the host refuses', ({ expression }) => {
    expect(faultsOf(expression)).not.toEqual([]);
  });

  it.each(accepted)(
    'finds the occurrences of $expression ($kind) or refuses it with a reason',
    (one) => {
      const read = Schedule.safeParse(one.expression);

      if (!read.success) {
        expect(faultsOf(one.expression).join()).toMatch(/time span|too short|reversed|below 1/);
        return;
      }
      for (const [after, [first = '']] of Object.entries(one.next)) {
        const next = nextOccurrence(read.data, new Date(after), MOST_YEARS);
        const late = Date.parse(first) > Date.parse(after) + MOST_YEARS * 366 * 86_400_000;
        expect(next?.toISOString()).toBe(late ? undefined : first);
      }
    },
  );

  it.each(accepted)(
    'finds the last occurrence of $expression, on time, just before and after',
    (one) => {
      const read = Schedule.safeParse(one.expression);
      if (!read.success) return;
      for (const [after, [first = '', second = '']] of Object.entries(one.next)) {
        if (second === '' || second === NEVER) continue;
        const [at, next] = [new Date(first), new Date(second)];
        const soonBefore = new Date(next.getTime() - 1);

        expect(lastOccurrence(read.data, at)).toEqual(at);
        expect(lastOccurrence(read.data, soonBefore)).toEqual(at);
        expect(lastOccurrence(read.data, next)).toEqual(next);
        const earlier = lastOccurrence(read.data, new Date(at.getTime() - 1));
        expect(earlier === undefined || earlier <= new Date(after)).toBe(true);
      }
    },
  );

  it.each([
    ['0 0 22-2 * * *', 'the hour range "22-2" is reversed, which the host reads as 2-22'],
    ['0 0 6 * * Fri-Mon', 'the day of the week range "Fri-Mon" is reversed'],
    ['0 0 6 * * M', 'the day of the week "M" is too short'],
    ['0 0 6 1 Ju *', 'the month "Ju" is too short'],
    ['0 */0 2 * * *', 'the minute step 0 is below 1'],
    ['0 */-5 2 * * *', 'the minute step -5 is below 1'],
    ['01:00:00', 'is a time span'],
    ['7', 'is a time span'],
    ['0 0 2 *\t* *', 'the field for the month is invalid: only blanks may separate fields'],
  ])('refuses %j, which the host accepts or misreads: %s', (text, why) => {
    expect(faultsOf(text).join()).toContain(why);
  });

  it.each(['0 2 * * *', '0 0 2 * * Monday', '0 */100 * * * *', '0 0 2 1 January-March *'])(
    'accepts %s',
    (text) => {
      expect(faultsOf(text)).toEqual([]);
    },
  );
});

function occurrences(next: (after: Date) => Date, after: string, count: number): readonly string[] {
  const found: string[] = [];
  let at = new Date(after);
  while (found.length < count && found.at(-1) !== NEVER) {
    at = next(at);
    found.push(at.toISOString());
  }
  return found;
}

describe('a step that exceeds the largest number of the host', () => {
  it.each(['0 30/2147483647 * * * *', '5-10/2147483647 * * * * *', '0 0 0 2/2147483647 * *'])(
    'is refused with a start above the minimum: %s',
    (expression) => {
      expect(faultsOf(expression).join()).toContain('is invalid');
    },
  );

  it('is accepted with a start at the minimum, as in the host', () => {
    expect(faultsOf('*/2147483647 * * * * *')).toEqual([]);
  });
});
