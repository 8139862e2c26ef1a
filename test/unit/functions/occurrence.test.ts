import { expect, it } from 'vitest';
import { occurrenceOf } from '../../../functions/occurrence.ts';

const due = '2026-11-23T02:00:00.000Z';
const at = (time: string) => occurrenceOf(due, new Date(time)).toISOString();

it.each([
  ['some milliseconds early', '2026-11-23T01:59:59.996Z'],
  ['on time', '2026-11-23T02:00:00.100Z'],
  ['on a retry a minute later', '2026-11-23T02:01:05.000Z'],
  ['on the last retry of a start long after it was missed', '2026-11-23T02:32:10.000Z'],
  ['after a week without the app', '2026-11-30T14:22:37.500Z'],
])('names the same occurrence %s', (_, time) => {
  expect(at(time)).toBe(due);
});

it('takes the form in which the host writes times', () => {
  const noted = occurrenceOf('2026-11-23T02:00:00+00:00', new Date('2026-11-23T02:30:40Z'));

  expect(noted.toISOString()).toBe(due);
});

it('takes the current minute if the timer is fired by hand', () => {
  expect(at('2026-11-23T01:59:58.500Z')).toBe('2026-11-23T01:59:00.000Z');
  expect(at('2026-11-22T14:22:37.500Z')).toBe('2026-11-22T14:22:00.000Z');
  expect(occurrenceOf(undefined, new Date(due)).toISOString()).toBe(due);
});
