import { expect, it } from 'vitest';
import { retryAfterSeconds } from '../../../lib/http/retry-after.ts';

const NOW = new Date('2026-11-23T02:00:00Z');

function wait(headers: Readonly<Record<string, string>>) {
  return retryAfterSeconds({ get: (name) => headers[name] }, NOW);
}

it.each([
  [{ 'retry-after': '30' }, 30],
  [{ 'retry-after': ' 30 ' }, 30],
  [{ 'retry-after': 'Mon, 23 Nov 2026 02:01:00 GMT' }, 60],
  [{ 'retry-after': 'Mon, 23 Nov 2026 01:00:00 GMT' }, 0],
  [{ 'x-ms-retry-after-ms': '1500' }, 2],
  [{ 'retry-after-ms': '1', 'retry-after': '60' }, 1],
  [{ 'retry-after-ms': 'soon', 'retry-after': '60' }, 60],
])('reads %o as %d seconds', (headers, seconds) => {
  expect(wait(headers)).toBe(seconds);
});

it.each([{}, { 'retry-after': '' }, { 'retry-after': 'soon' }, { 'retry-after': '1e9' }])(
  'returns undefined for %o',
  (headers) => {
    expect(wait(headers)).toBeUndefined();
  },
);
