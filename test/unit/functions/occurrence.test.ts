import { expect, it } from 'vitest';
import { occurrenceOf } from '../../../functions/occurrence.ts';

const due = '2026-11-23T02:00:00.000Z';
const at = (time: string) => occurrenceOf(due, new Date(`2026-11-23T${time}Z`)).toISOString();

it.each([
  ['a moment early', '01:59:59.900'],
  ['on time', '02:00:00.100'],
  ['on a retry a minute later', '02:01:05.000'],
])('names the same occurrence %s', (_, time) => {
  expect(at(time)).toBe(due);
});

it('takes the present minute where the timer is fired by hand', () => {
  expect(at('14:22:37.500')).toBe('2026-11-23T14:22:00.000Z');
  expect(occurrenceOf(undefined, new Date(due)).toISOString()).toBe(due);
});
