import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  baseOfPatchTag,
  basesOfPatchTag,
  type ExistingTag,
  formatPatchTag,
  nextPatchTag,
} from '../../lib/image/patch-tags.ts';
import { Tag } from '../../lib/image/reference.ts';
import { formOf, isFloating, TagConvention } from '../../lib/image/tag-convention.ts';

/** Templates that the policy accepts. */
const template = fc
  .tuple(
    fc.stringMatching(/^[-._][A-Za-z0-9._-]{0,6}[A-Za-z_.]$/),
    fc.constantFrom('{n}', '{nnn}', ''),
  )
  .map(([suffix, number]) => TagConvention.safeParse(`{tag}${suffix}${number}`).data)
  .filter((convention) => convention !== undefined);
const anyConvention = fc.oneof(
  fc.constantFrom('incremental' as const, 'floating' as const),
  template,
);
const FIRST = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_';

/** Any bases, some of which challenge the patterns and the numbering. */
const base = fc
  .oneof(
    fc.constantFrom('v1', 'v1.0', 'v1-1', 'main', 'a.b-patched', '1', '_-', 'x'.repeat(126)),
    fc.stringMatching(/^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$/),
  )
  .map((text) => Tag.parse(text));

/** Tags near this base: its own patches, similar tags, and any others. */
function existingNear(of: Tag, convention: TagConvention) {
  const { suffix } = formOf(convention);
  const tag = fc.oneof(
    fc.integer({ min: 0, max: 1200 }).map((number) => `${of}-${number}`),
    fc.integer({ min: 0, max: 1200 }).map((number) => formatPatchTag(of, convention, number)),
    fc.constantFrom(`${of}${suffix}`, `${of}${suffix}01`, `${of}${suffix}1`),
    fc.constantFrom(`${of}-patched`, `${of}-01`, `${of}x-5`, of.replaceAll('.', 'x').concat('-9')),
    fc.string({ minLength: 1, maxLength: 5, unit: fc.constantFrom(...FIRST) }),
  );
  const kind = fc.constantFrom<ExistingTag['kind']>('ours', 'predecessor', 'claimed', 'foreign');
  return fc.array(fc.record({ tag, kind }), { maxLength: 8 });
}

const situation = fc
  .tuple(base, anyConvention)
  .chain(([of, convention]) =>
    fc.tuple(fc.constant(of), fc.constant(convention), existingNear(of, convention)),
  );

it('reads the base of every tag that it formats, and formats every tag that it reads', () => {
  const number = fc.integer({ min: 1, max: 999 });
  fc.assert(
    fc.property(base, anyConvention, number, (of, convention, n) => {
      const text = formatPatchTag(of, convention, n);

      expect(baseOfPatchTag(text, convention)).toBe(of);
      const number = isFloating(convention) ? 0 : Number(/[0-9]{1,3}$/.exec(text)?.[0]);
      expect(formatPatchTag(of, convention, number)).toBe(text);
    }),
    { numRuns: 1000 },
  );
});

it('reads no tag of a template as one of incremental or floating', () => {
  const number = fc.integer({ min: 1, max: 999 });
  fc.assert(
    fc.property(base, template, number, (of, convention, n) => {
      const text = formatPatchTag(of, convention, n);

      expect(basesOfPatchTag(text)).toEqual([]);
      expect(basesOfPatchTag(text, [convention])).toEqual([of]);
    }),
    { numRuns: 1000 },
  );
});

it('gives each patch a tag that sorts after the one before', () => {
  fc.assert(
    fc.property(base, template, fc.integer({ min: 1, max: 998 }), (of, convention, n) => {
      const [one, next] = [n, n + 1].map((number) => formatPatchTag(of, convention, number));
      if (one === undefined || next === undefined || isFloating(convention)) return;

      const numeric = formOf(convention).number === 'plain';
      const order = new Intl.Collator('en', { numeric }).compare(one, next);
      expect(order).toBeLessThan(0);
    }),
    { numRuns: 1000 },
  );
});

it('never returns an existing numbered tag, and keeps the base', () => {
  fc.assert(
    fc.property(situation, ([of, convention, existing]) => {
      const next = nextPatchTag({ base: of, existing, convention });
      if (!next.ok) return;

      if (!isFloating(convention)) {
        expect(existing.map(({ tag }) => tag)).not.toContain(next.tag);
      }
      expect(baseOfPatchTag(next.tag, convention)).toBe(of);
      expect(next.tag.length).toBeLessThanOrEqual(128);
    }),
    { numRuns: 1000 },
  );
});

it('returns the same for the same tags in any order', () => {
  const shuffled = situation.chain(([of, convention, existing]) =>
    fc.tuple(
      fc.constant({ base: of, convention, existing }),
      fc.shuffledSubarray(existing, { minLength: existing.length }),
    ),
  );
  fc.assert(
    fc.property(shuffled, ([options, existing]) => {
      expect(nextPatchTag({ ...options, existing })).toEqual(nextPatchTag(options));
    }),
    { numRuns: 1000 },
  );
});

it('returns a number above all existing ones', () => {
  const numbers = fc.array(fc.integer({ min: 1, max: 999 }), { minLength: 1 });
  fc.assert(
    fc.property(numbers, (existingNumbers) => {
      const existing = existingNumbers.map((number) => ({
        tag: `v1-${number}`,
        kind: 'ours' as const,
      }));

      const next = nextPatchTag({ base: Tag.parse('v1'), existing, convention: 'incremental' });

      const highest = Math.max(...existingNumbers);
      const expected = highest === 999 ? { ok: false } : { ok: true, tag: `v1-${highest + 1}` };
      expect(next).toMatchObject(expected);
    }),
  );
});

it('never returns an existing tag that is not ours', () => {
  fc.assert(
    fc.property(situation, ([of, convention, existing]) => {
      const next = nextPatchTag({ base: of, existing, convention });
      if (!next.ok) return;

      const theirs = existing
        .filter(({ kind }) => kind === 'claimed' || kind === 'foreign')
        .map(({ tag }) => tag);
      expect(theirs).not.toContain(next.tag);
    }),
    { numRuns: 1000 },
  );
});

it('finds a base only for a tag in the form of the convention', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), base), anyConvention, (text, convention) => {
      const of = baseOfPatchTag(text, convention);
      if (of === undefined) return;

      const { suffix, number } = formOf(convention);
      expect(text.startsWith(`${of}${suffix}`)).toBe(true);
      const end = { none: /[A-Za-z]$/, plain: /[1-9]\d{0,2}$/, padded: /\d{3}$/ }[number];
      expect(text.slice(of.length)).toMatch(end);
    }),
  );
});
