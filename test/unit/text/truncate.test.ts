import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { truncate } from '../../../lib/text/truncate.ts';

describe('truncate', () => {
  it('leaves a text alone that is short enough', () => {
    expect(truncate('a🙂', 3)).toBe('a🙂');
  });

  it('drops a character that the cut would halve', () => {
    expect(truncate('a🙂b', 2)).toBe('a');
  });

  it('keeps to the length and makes no text ill-formed', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.nat(20), (text, max) => {
        const cut = truncate(text, max);

        return cut.length <= max && cut.isWellFormed() && text.startsWith(cut);
      }),
    );
  });
});
