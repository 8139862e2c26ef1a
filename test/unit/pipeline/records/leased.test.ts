import { expect, it } from 'vitest';
import { isLeased, leasedUntil } from '../../../../lib/pipeline/records/leased.ts';

const NOW = new Date('2026-11-23T02:00:00Z');
const LATER = new Date('2026-11-23T02:15:00Z');
const FREE = { wake: 3, nextAt: NOW, errors: 1 };

it('is leased until the lease expires', () => {
  expect(isLeased({ ...FREE, leaseUntil: LATER }, NOW)).toBe(true);
  expect(isLeased({ ...FREE, leaseUntil: NOW }, NOW)).toBe(false);
  expect(isLeased(FREE, NOW)).toBe(false);
});

it('takes the next number, and counts the step as failed until it ends', () => {
  expect(leasedUntil(FREE, LATER)).toEqual({
    wake: 4,
    errors: 2,
    leaseUntil: LATER,
    nextAt: LATER,
  });
});
