import { describe, expect, it } from 'vitest';
import { tailMessage } from '../../../../lib/worker/context/tail-message.ts';

describe('tailMessage', () => {
  it('joins the last lines into one', () => {
    const message = tailMessage(['a', 'b', 'c'], 2, 100);

    expect(message).toBe('b | c');
  });

  it('cuts the beginning of a text that is too long, without leaving half a character', () => {
    const message = tailMessage([`${'x'.repeat(50)}😀😀`], 1, 4);

    expect(message.length).toBeLessThanOrEqual(4);
    expect(message).toBe('…\uFFFD😀');
  });
});
