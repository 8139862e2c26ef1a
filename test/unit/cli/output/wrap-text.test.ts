import { expect, it } from 'vitest';
import { wrapped } from '../../../../lib/cli/output/wrap-text.ts';

it('fills lines up to the width', () => {
  expect(wrapped('one two three four', 9)).toEqual(['one two', 'three', 'four']);
  expect(wrapped('one two three', 7)).toEqual(['one two', 'three']);
});

it('never breaks a word', () => {
  expect(wrapped('a https://example.com/long b', 5)).toEqual([
    'a',
    'https://example.com/long',
    'b',
  ]);
});

it('returns one line for an empty text or a single word', () => {
  expect(wrapped('', 10)).toEqual(['']);
  expect(wrapped('word', 1)).toEqual(['word']);
});
