import { expect, it } from 'vitest';
import { plainLines } from '../../../lib/text/plain-lines.ts';

it('drops colors, control characters and characters that reorder text', () => {
  const lines = plainLines('\u001b[31mred\u001b[0m\u0007\tx\r\nab\u202Ecd\u0000\rz\n\n');

  expect(lines).toEqual(['red x', 'abcd', 'z']);
});

it('splits at every kind of line break', () => {
  expect(plainLines('a\nb\rc\r\nd\u2028e\u2029f')).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
});
