import { expect, it } from 'vitest';
import { isGivenUp, retryDelay } from '../../../../lib/pipeline/tell/retry-schedule.ts';

it.each([
  ['after the first failure', 1, 0, 10],
  ['after the second', 2, 0, 60],
  ['after very many', 99, 0, 4 * 3600],
  ['if the receiver asks for longer', 1, 300, 300],
  ['if the receiver asks for less', 3, 1, 300],
  ['if the receiver asks for a year', 1, 365 * 86_400, 3600],
])('waits %s', (_, failures, asked, seconds) => {
  expect(retryDelay(failures, asked)).toBe(seconds);
});

it('gives up a day after the end, and no earlier', () => {
  const end = new Date('2026-11-23T03:00:00Z');

  expect(isGivenUp(end, new Date('2026-11-24T02:59:59Z'))).toBe(false);
  expect(isGivenUp(end, new Date('2026-11-24T03:00:00Z'))).toBe(true);
});
