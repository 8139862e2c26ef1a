import { expect, it } from 'vitest';
import { ordinal } from '../../lib/ordinal.ts';

it.each([
  ['a', 'b', -1],
  ['b', 'a', 1],
  ['a', 'a', 0],
  ['Z', 'a', -1],
  ['1.10', '1.9', -1],
  ['z', 'é', -1],
  ['', 'a', -1],
])('compares %j with %j by code unit: %d', (left, right, order) => {
  expect(ordinal(left, right)).toBe(order);
});
