import { describe, expect, it } from 'vitest';
import { plainLines, tailMessage } from '../../../../lib/worker/context/plain-text.ts';

describe('plainLines', () => {
  it('drops colours, control characters and characters that reorder text', () => {
    const lines = plainLines('\u001b[31mred\u001b[0m\u0007\tx\r\nab\u202Ecd\u0000\rz\n\n');

    expect(lines).toEqual(['red x', 'abcd', 'z']);
  });
});

describe('tailMessage', () => {
  it('joins the last lines into one', () => {
    const message = tailMessage(['a', 'b', 'c'], 2, 100);

    expect(message).toBe('b | c');
  });

  it('cuts the beginning of what is too long, without leaving half a character', () => {
    const message = tailMessage([`${'x'.repeat(50)}😀😀`], 1, 4);

    expect(message.length).toBeLessThanOrEqual(4);
    expect(message).toBe('…\uFFFD😀');
  });
});
