import { expect, it } from 'vitest';
import { fieldsExcept, saysNothingNew } from '../../../../lib/image/structure/fields-except.ts';

it('omits only the excepted fields', () => {
  expect(fieldsExcept({ a: 1, b: 2, c: 3 }, ['b', 'x'])).toEqual({ a: 1, c: 3 });
});

it.each([
  ['the same fields', { a: { b: [1] } }, { a: { b: [1] } }, true],
  ['fewer fields', { a: 1, b: 2 }, { a: 1 }, true],
  ['no field', { a: 1 }, {}, true],
  ['a new field', { a: 1 }, { a: 1, b: 2 }, false],
  ['a new field without a value', { a: 1 }, { b: undefined }, false],
  ['another value', { a: { b: [1] } }, { a: { b: [2] } }, false],
  ['a property of every object', {}, { constructor: Object }, false],
])('decides whether fields were added or changed: %s', (_, before, after, nothingNew) => {
  expect(saysNothingNew(before, after)).toBe(nothingNew);
});
