import { expect, it } from 'vitest';
import { occurrenceOf } from '../../../functions/occurrence.ts';

const due = '2026-11-23T02:00:00.000Z';
const at = (time: string) => occurrenceOf(due, new Date(time)).toISOString();

it.each([
  ['if the timer fires some milliseconds early', '2026-11-23T01:59:59.996Z'],
  ['if the timer fires on time', '2026-11-23T02:00:00.100Z'],
  ['for a retry a minute later', '2026-11-23T02:01:05.000Z'],
  ['for the last retry of a start long after the occurrence', '2026-11-23T02:32:10.000Z'],
  ['if the app was down for a week', '2026-11-30T14:22:37.500Z'],
])('returns the same occurrence %s', (_, time) => {
  expect(at(time)).toBe(due);
});

it('accepts the format in which the host writes times', () => {
  const noted = occurrenceOf('2026-11-23T02:00:00+00:00', new Date('2026-11-23T02:30:40Z'));

  expect(noted.toISOString()).toBe(due);
});

it('returns the current minute if the timer is fired by hand', () => {
  expect(at('2026-11-23T01:59:58.500Z')).toBe('2026-11-23T01:59:00.000Z');
  expect(at('2026-11-22T14:22:37.500Z')).toBe('2026-11-22T14:22:00.000Z');
  expect(occurrenceOf(undefined, new Date(due)).toISOString()).toBe(due);
});
