import { expect, it } from 'vitest';
import { digestOf } from '../../../../lib/image/digest.ts';
import { Tag } from '../../../../lib/image/reference.ts';
import { imageKey, isIntended, targetIdOf } from '../../../../lib/pipeline/records/target.ts';
import { target } from '../run/run-samples.ts';

const sourceDigest = digestOf('source');

it('gives each tag of each repository an id of its own', () => {
  const ids = [targetIdOf('a', 'v1'), targetIdOf('a', 'v2'), targetIdOf('b', 'v1')];

  expect(new Set(ids).size).toBe(3);
  expect(targetIdOf('a', 'v1')).toBe(ids[0]);
  expect(ids[0]).toMatch(/^[a-f0-9]{32}$/);
});

it('has one key for all tags of an image in a repository', () => {
  const key = imageKey(target('a', 'v1', { sourceDigest }));

  expect(imageKey(target('a', 'v2', { sourceDigest }))).toBe(key);
  expect(imageKey(target('b', 'v1', { sourceDigest }))).not.toBe(key);
});

it('has a key of its own without a known source', () => {
  const [one, other] = ['v1', 'v2'].map((tag) => target('a', tag, { sourceDigest: undefined }));

  expect(one && imageKey(one)).not.toBe(other && imageKey(other));
});

it.each([
  ['publishing', 'v1-1', true],
  ['publishing', undefined, false],
  ['patched', 'v1-1', false],
] as const)('in the state %s with the tag %s, publishing must finish: %s', (state, tag, must) => {
  const patchTag = tag === undefined ? undefined : Tag.parse(tag);

  expect(isIntended(target('a', 'v1', { state, patchTag }))).toBe(must);
});
