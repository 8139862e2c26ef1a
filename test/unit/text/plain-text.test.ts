import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { plainText } from '../../../lib/text/plain-text.ts';

const TOKEN = `eyJ${'a'.repeat(20)}.${'b'.repeat(20)}.${'c'.repeat(20)}`;

describe('plainText', () => {
  it.each([
    ['line breaks and tabs', 'a\r\nb\tc\u2028d', 'a b c d'],
    ['escape sequences', 'a\u001b[31mred\u001b[0m', 'ared'],
    ['control characters', 'a\u0000b\u0085c\u0007d', 'abcd'],
    ['characters that reverse the text', 'a\u202Eb\u2066c\u2069d', 'abcd'],
    ['lone surrogates', 'a\uD800b\uDC00c🙂', 'abc🙂'],
    ['a token', `got ${TOKEN} back`, 'got *** back'],
    [
      'a token with a hidden character inside',
      `${TOKEN.slice(0, 5)}\u200B${TOKEN.slice(5)}`,
      '***',
    ],
    ['a truncated token', TOKEN.slice(0, 20), '***'],
    ['a signature', 'https://a.test/x?sp=c&sig=abc%3D&x=1', 'https://a.test/x?sp=c&sig=***&x=1'],
    [
      'a signature inside an encoded URL',
      'u=https%3A%2F%2Fa%3Fsig%3Dabc123',
      'u=https%3A%2F%2Fa%3Fsig%3D***',
    ],
    ['a credential in a header', 'Authorization: Basic dXNlcjpwYXNz', 'Authorization: Basic ***'],
  ])('removes or replaces %s', (_, text, expected) => {
    expect(plainText(text, 200)).toBe(expected);
  });

  it('does not change ordinary text', () => {
    const text = 'E: Unable to locate package libssl3=3.0.11-1~deb12u2 (exit 100) – „Größe“';

    expect(plainText(text, 200)).toBe(text);
  });

  it('returns one line within the length limit and is idempotent', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), fc.nat(40), (text, max) => {
        const plain = plainText(text, max);

        expect(plain).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
        expect(plain.length).toBeLessThanOrEqual(max);
        expect(plainText(plain, max)).toBe(plain.trim());
      }),
    );
  });

  it('masks a hostile text of megabytes', () => {
    const text = ['eyJ', 'sig=', 'bearer ', '\u001b[']
      .map((part) => part.repeat(300_000))
      .join(' ');

    expect(plainText(text, 10)).toBe('*** sig=*…');
  });
});
