import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { truncate } from '../../../lib/text/truncate.ts';

describe('truncate', () => {
  it('does not change a text that is short enough', () => {
    expect(truncate('a🙂', 3)).toBe('a🙂');
  });

  it('drops a character that would be split', () => {
    expect(truncate('a🙂b', 2)).toBe('a');
  });

  it('returns a well-formed beginning of the text within the length', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.nat(20), (text, max) => {
        const cut = truncate(text, max);

        return cut.length <= max && cut.isWellFormed() && text.startsWith(cut);
      }),
    );
  });
});
