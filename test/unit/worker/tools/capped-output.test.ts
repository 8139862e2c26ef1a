import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SecretMask } from '../../../../worker/context/secret-mask.ts';
import { CappedOutput } from '../../../../worker/tools/capped-output.ts';

describe('CappedOutput', () => {
  it('keeps the beginning and the end of any sequence of chunks', () => {
    const sizes = fc.record({
      headBytes: fc.integer({ min: 1, max: 9 }),
      tailBytes: fc.integer({ min: 1, max: 9 }),
    });
    const chunks = fc.array(fc.string({ unit: fc.constantFrom(...'abcdefgh'), maxLength: 30 }), {
      maxLength: 12,
    });
    fc.assert(
      fc.property(sizes, chunks, (size, pieces) => {
        const output = new CappedOutput(size);
        for (const piece of pieces) output.push(Buffer.from(piece));

        const text = output.text(new SecretMask());

        const all = pieces.join('');
        const omitted = all.length - size.headBytes - size.tailBytes;
        const expected =
          omitted <= 0
            ? all
            : `${all.slice(0, size.headBytes)}\n[${omitted} bytes omitted]\n${all.slice(-size.tailBytes)}`;
        expect(text).toBe(expected);
      }),
    );
  });

  it.each([...Array(40).keys()])('shows no part of a secret that is cut (at %i)', (before) => {
    const secrets = new SecretMask();
    secrets.learn('0123456789');
    const output = new CappedOutput({ headBytes: 32, tailBytes: 32 });
    output.push(Buffer.from(`${'x'.repeat(before)}0123456789${'x'.repeat(60)}`));
    output.push(Buffer.from(`${'x'.repeat(before)}0123456789${'x'.repeat(20)}`));

    const text = output.text(secrets);

    expect(text.replace(/\[\d+ bytes omitted\]/, '')).not.toMatch(/\d/);
  });
});
