import fc from 'fast-check';
import { expect, it } from 'vitest';
import { shorten } from '../../../lib/text/shorten.ts';

it.each([
  ['one two', 7, 'one two'],
  ['the package manager failed', 20, 'the package manager…'],
  ['the package manager failed', 22, 'the package manager…'],
  // No word ends near.
  ['the package-manager-failed', 20, 'the package-manager…'],
  ['a🙂b', 3, 'a…'],
  ['abc', 1, '…'],
  ['abc', 0, ''],
])('cuts %j to %i: %j', (text, max, expected) => {
  expect(shorten(text, max)).toBe(expected);
});

it('keeps to the length, and makes no text ill-formed', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.nat(30), (text, max) => {
      const short = shorten(text, max);

      return short.length <= max && (!text.isWellFormed() || short.isWellFormed());
    }),
  );
});
