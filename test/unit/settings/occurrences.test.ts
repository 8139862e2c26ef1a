import { expect, it } from 'vitest';
import { readNcrontab } from '../../../lib/settings/ncrontab.ts';
import { nextOccurrence } from '../../../lib/settings/occurrences.ts';

function next(text: string, after: string, years = 10): string | undefined {
  const reading = readNcrontab(text);
  if (!reading.ok) throw new Error(reading.fault);
  return nextOccurrence(reading.schedule, new Date(after), years)?.toISOString();
}

it.each([
  ['later today', '0 0 2 * * *', '2026-11-23T01:00:00Z', '2026-11-23T02:00:00.000Z'],
  ['after the given one', '0 0 2 * * *', '2026-11-23T02:00:00Z', '2026-11-24T02:00:00.000Z'],
  ['in a leap year', '0 0 0 29 2 *', '2026-11-23T00:00:00Z', '2028-02-29T00:00:00.000Z'],
  [
    'on a Friday that is the 13th',
    '0 0 0 13 * Fri',
    '2026-11-23T00:00:00Z',
    '2027-08-13T00:00:00.000Z',
  ],
])('finds the occurrence %s: %s', (_, text, after, wanted) => {
  expect(next(text, after)).toBe(wanted);
});

it('returns undefined for a date that does not exist', () => {
  expect(next('0 0 0 31 2 *', '2026-11-23T00:00:00Z')).toBeUndefined();
});

it('searches only the given number of years', () => {
  expect(next('0 0 0 29 2 *', '2026-11-23T00:00:00Z', 1)).toBeUndefined();
  expect(next('0 0 0 29 2 *', '2026-11-23T00:00:00Z', 2)).toBe('2028-02-29T00:00:00.000Z');
});
