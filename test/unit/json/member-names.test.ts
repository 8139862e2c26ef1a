import { expect, it } from 'vitest';
import { inOtherCase, repeatsMembers } from '../../../lib/json/member-names.ts';

it.each([
  [{ labels: 1 }, undefined],
  [{ LABELS: 1 }, 'LABELS'],
  [{ labels: 1, Labels: 2 }, 'Labels'],
  // Go folds the long s and the Kelvin sign.
  [{ 'label\u017f': 1 }, 'label\u017f'],
  [{ other: 1 }, undefined],
  [['LABELS'], undefined],
  [null, undefined],
])('finds in %j the name that Go takes for `labels`: %s', (value, found) => {
  expect(inOtherCase(value, ['labels'])).toBe(found);
});

it.each([
  ['{"a":1,"b":{"a":[{"c":":"}]}}', false],
  ['{"a":{"x":1},"a":{}}', true],
  ['{"a":[{"b":1,"b":1}]}', true],
  ['{"\\u0061":1,"a":2}', true],
  ['{"a\\":":"\\\\","b":"\\":"}', false],
  ['{"__proto__":1,"a":2}', false],
  ['[]', false],
])('finds a repeated name in %s: %s', (text, repeats) => {
  expect(repeatsMembers(Buffer.from(text), JSON.parse(text))).toBe(repeats);
});
