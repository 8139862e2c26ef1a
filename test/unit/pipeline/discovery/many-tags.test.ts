import { expect, it } from 'vitest';
import { RepositoryName, Tag } from '../../../../lib/image/reference.ts';
import { manyTagsWarning } from '../../../../lib/pipeline/discovery/many-tags.ts';

const API = RepositoryName.parse('team/api');

function warningFor(names: readonly string[]): string | undefined {
  const tags = names.map((name) => Tag.parse(name));
  return manyTagsWarning(API, tags, new Map(tags.map((tag) => [tag, undefined])));
}

const numbered = (count: number) => Array.from({ length: count }, (_, at) => `build.${at}`);

it('warns of a repository that selects more than 100 tags', () => {
  expect(warningFor(numbered(100))).toBeUndefined();
  expect(warningFor(numbered(101))).toBe(
    'team/api: the policy selects 101 tags, and each run scans every one',
  );
});

it('counts the numbers of a CI system, although the part before them is a tag', () => {
  const ofCi = (count: number) => Array.from({ length: count }, (_, at) => `main-${at + 1}`);

  expect(warningFor(['main', ...ofCi(100)])).toBeUndefined();
  expect(warningFor(['main', ...ofCi(101)])).toContain('selects 102 tags');
});

it('does not count tags with the form of a patch of another one', () => {
  const patches = Array.from({ length: 50 }, (_, at) => `build.1-${at + 1}`);

  expect(warningFor([...numbered(100), ...patches, 'build.2-patched'])).toBeUndefined();
});
