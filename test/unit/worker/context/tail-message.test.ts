import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tailMessage } from '../../../../worker/context/tail-message.ts';

describe('tailMessage', () => {
  it('joins the last lines into one', () => {
    expect(tailMessage(['a', 'b', 'c'], 2, 100)).toBe('b | c');
  });

  it('drops whole lines from the beginning if they are too long', () => {
    const lines = ['one '.repeat(10), 'two '.repeat(3).trim(), 'three'];

    expect(tailMessage(lines, 15, 40)).toBe('… | two two two | three');
  });

  it('keeps the line that names the cause, even if others follow it', () => {
    const lines = [
      'Reading package lists...',
      'E: Unable to correct problems, you have held broken packages.',
      ...Array.from({ length: 10 }, (_, at) => `a line of a script that follows, number ${at}`),
    ];

    expect(tailMessage(lines, 15, 160)).toBe(
      '… | E: Unable to correct problems, you have held broken packages. | … | ' +
        'a line of a script that follows, number 8 | a line of a script that follows, number 9',
    );
  });

  it('cuts a single line after a whole word', () => {
    expect(tailMessage(['the package manager failed'], 1, 20)).toBe('the package manager…');
  });

  it('keeps to its length', () => {
    const line = fc.oneof(fc.string(), fc.constant(`error: ${'x'.repeat(40)}`));
    fc.assert(
      fc.property(fc.array(line), fc.integer({ min: 10, max: 200 }), (lines, longest) => {
        expect(tailMessage(lines, 5, longest).length).toBeLessThanOrEqual(longest);
      }),
    );
  });
});
