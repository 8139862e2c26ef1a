import { expect, it } from 'vitest';
import { maskCredentialShapes } from '../../../lib/text/credential-shapes.ts';

it.each([
  ['eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJl', '***'],
  ['a eyJhbGciOiJSUzI1NiJ9 b', 'a *** b'],
  ['https://a/b?sv=1&sig=abc%2F&x=1', 'https://a/b?sv=1&sig=***&x=1'],
  ['u=https%3A%2F%2Fa%3Fsig%3Dabc', 'u=https%3A%2F%2Fa%3Fsig%3D***'],
  ['Authorization: BEARER abcdefgh', 'Authorization: BEARER ***'],
  ['basic dXNlcjpwYXNz', 'basic ***'],
])('masks the credential in %s', (text, masked) => {
  expect(maskCredentialShapes(text)).toBe(masked);
});

it.each(['eyJshort', 'design=new', 'sigma = 3', 'bearer of news', 'the basic idea'])(
  'does not change %s',
  (text) => {
    expect(maskCredentialShapes(text)).toBe(text);
  },
);
