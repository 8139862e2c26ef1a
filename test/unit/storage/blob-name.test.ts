import { expect, it } from 'vitest';
import { checkBlobName } from '../../../lib/storage/blob-name.ts';
import { CONTAINERS } from '../../../lib/storage/blobs.ts';

const check = (name: string) => () => checkBlobName(CONTAINERS.results, name);

it.each([
  'a',
  'run-1/job_2/result.json',
  'a.b-c_D/0',
  'x'.repeat(1024),
  Array.from({ length: 254 }, () => 'a').join('/'),
])('accepts %j', (name) => {
  expect(check(name)).not.toThrow();
});

it.each([
  '',
  '/a',
  'a/',
  'a//b',
  '.',
  '..',
  'a/../b',
  '.a',
  'a.',
  'a b',
  'a?b',
  'a#b',
  'a%2fb',
  'a\\b',
  'é',
  'x'.repeat(1025),
  Array.from({ length: 255 }, () => 'a').join('/'),
])('refuses %j', (name) => {
  expect(check(name)).toThrow(expect.objectContaining({ code: 'invalid' }));
});

it('escapes and shortens the name in its message', () => {
  const name = `\u001b[31m${'x'.repeat(500)}`;

  expect(check(name)).toThrow(
    `${CONTAINERS.results}: "\\u001b[31m${'x'.repeat(75)}" is not a valid blob name`,
  );
});
