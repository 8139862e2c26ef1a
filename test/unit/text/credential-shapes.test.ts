import { expect, it } from 'vitest';
import { maskCredentialShapes } from '../../../lib/text/credential-shapes.ts';

it.each([
  ['eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJl', '***'],
  ['a eyJhbGciOiJSUzI1NiJ9 b', 'a *** b'],
  ['https://a/b?sv=1&sig=abc%2F&x=1', 'https://a/b?sv=1&sig=***&x=1'],
  ['u=https%3A%2F%2Fa%3Fsig%3Dabc', 'u=https%3A%2F%2Fa%3Fsig%3D***'],
  ['Authorization: BEARER abcdefgh', 'Authorization: BEARER ***'],
  ['basic dXNlcjpwYXNz', 'basic ***'],
  [
    'GET https://user:p%40ss:w@mirror.test:8080/debian',
    'GET https://user:***@mirror.test:8080/debian',
  ],
  ['socks5://:hunter2@proxy.test', 'socks5://:***@proxy.test'],
])('masks the credential in %s', (text, masked) => {
  expect(maskCredentialShapes(text)).toBe(masked);
});

it.each([
  'eyJshort',
  'design=new',
  'sigma = 3',
  'bearer of news',
  'the basic idea',
  'ssh://git@github.test/a',
  'http://mirror.test:8080/a@1.0',
  'https://registry.test:5000, built by a@b.test',
  'registry.test:5000/a@sha256:1',
])('does not change %s', (text) => {
  expect(maskCredentialShapes(text)).toBe(text);
});
