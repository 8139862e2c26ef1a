import { expect, it } from 'vitest';
import { isLoopback } from '../../../lib/image/loopback.ts';

it.each([
  ['localhost', true],
  ['localhost:5000', true],
  ['127.0.0.1:5000', true],
  ['127.8.9.10', true],
  ['localhost.example.com', false],
  ['127.0.0.1.example.com:5000', false],
  ['registry.example.com', false],
])('isLoopback of %s is %s', (host, expected) => {
  expect(isLoopback(host)).toBe(expected);
});
