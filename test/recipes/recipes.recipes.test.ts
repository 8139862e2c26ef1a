import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { formatPatchTag } from '../../lib/image/patch-tags.ts';
import { TagConvention } from '../../lib/image/tag-convention.ts';
import { recipeLibraries } from './recipe-libraries.ts';

const page = readFileSync(new URL('../../docs/deployers.md', import.meta.url), 'utf8');
const policy = readFileSync(new URL('../../docs/policy.md', import.meta.url), 'utf8');

const [, listed = ''] = /were given these tags: ([^.]*(?:\.\d[^.]*)*)\./.exec(page) ?? [];
const tags = quotedIn(listed);

/** The rows of the page's table: ranges, what node-semver picks, and what Masterminds/semver picks. */
const ranges = [...page.matchAll(/^\| (`[^|]*[>~x][^|]*`) \| `([^`]+)` \| `[^`]+` \|$/gm)].flatMap(
  ([, all = '', picked = '']) => quotedIn(all).map((range) => [range, picked] as const),
);

const Recipe = z.object({
  packageRules: z.tuple([z.object({ versioning: z.string().startsWith('regex:') })]),
});

let libraries: Awaited<ReturnType<typeof recipeLibraries>>;
beforeAll(async () => {
  libraries = await recipeLibraries();
}, 300_000);

function quotedIn(text: string): readonly string[] {
  return [...text.matchAll(/`([^`]+)`/g)].flatMap(([, quoted]) => quoted ?? []);
}

/** The newest tag that Renovate offers to somebody who has `current`. */
function offered(
  versioning: (typeof libraries)['docker'],
  current: string,
  all: readonly string[],
): string | undefined {
  const newer = all.filter(
    (tag) =>
      Boolean(versioning.isVersion(tag)) &&
      versioning.isCompatible(tag, current) &&
      versioning.isGreaterThan(tag, current),
  );
  return newer.toSorted((a, b) => (versioning.isGreaterThan(a, b) ? -1 : 1))[0];
}

describe('node-semver', () => {
  it('is given the tags and the ranges of the page', () => {
    expect(tags).toEqual(['1.2.3', '1.2.3-1', '1.2.3-2', '1.2.3-10', '1.2.3-patched']);
    expect(ranges.length).toBeGreaterThanOrEqual(6);
  });

  it.each(ranges)('picks of %s what the page says: %s', (range, picked) => {
    expect(libraries.semver.maxSatisfying(tags, range)).toBe(picked);
  });

  it('picks the last number without the floating tag', () => {
    const numbered = tags.filter((tag) => tag !== '1.2.3-patched');

    expect(libraries.semver.maxSatisfying(numbered, '>=1.2.3-0 <1.2.3')).toBe('1.2.3-10');
  });

  it.each(['incremental', '{tag}-patch.{n}', '{tag}-p{nnn}'])(
    'sorts each patch of %s after the one before',
    (text) => {
      const convention = TagConvention.parse(text);
      const patches = [1, 2, 9, 10, 99, 100, 999].map((number) =>
        formatPatchTag('1.2.3', convention, number),
      );

      expect(patches.toReversed().toSorted(libraries.semver.compare)).toEqual(patches);
      if (text !== 'incremental') expect(policy).toContain(`\`${text}\``);
    },
  );
});

describe('Renovate', () => {
  const all = [...tags, '1.2.3-20240530', '1.2.4-1', '1.2.4'];

  it('offers no patch with its versioning for docker', () => {
    expect(offered(libraries.docker, '1.2.3', tags)).toBeUndefined();
    expect(offered(libraries.docker, '1.2.3-1', tags)).toBeUndefined();
  });

  it.each([
    ['1.2.3', tags, '1.2.3-10'],
    ['1.2.3-2', tags, '1.2.3-10'],
    ['1.2.3-10', tags, undefined],
    ['1.2.3', [...tags, '1.2.3-20240530'], '1.2.3-10'],
    ['1.2.3-10', all, '1.2.4-1'],
  ])('offers to %s of %j the tag %s with the recipe', (current, some, expected) => {
    const recipe = /```json\n(\{\s+"packageRules"[\s\S]*?)```/.exec(page)?.[1] ?? '';
    const { packageRules } = Recipe.parse(JSON.parse(recipe));
    const pattern = packageRules[0].versioning.replace(/^regex:/, '');

    expect(offered(new libraries.Regex(pattern), current, some)).toBe(expected);
  });
});
