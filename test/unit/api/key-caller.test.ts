import { expect, it } from 'vitest';
import { keyCaller } from '../../../lib/api/key-caller.ts';

it('returns the name of the function key, without what could break a line', () => {
  expect(keyCaller('night-operator')).toBe('function key night-operator');
  expect(keyCaller('two\nlines')).toBe('function key two lines');
});

it('says that it was a key if the host gives no name', () => {
  expect(keyCaller(undefined)).toBe('a function key');
});
