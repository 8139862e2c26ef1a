import fc from 'fast-check';
import { expect, it } from 'vitest';
import { baseOfPatchTag, nextPatchTag } from '../../lib/image/patch-tags.ts';
import { Tag } from '../../lib/image/reference.ts';

const CONVENTIONS = ['incremental', 'floating'] as const;
const FIRST = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_';

/** Any bases, some of which challenge the patterns and the numbering. */
const base = fc
  .oneof(
    fc.constantFrom('v1', 'v1.0', 'v1-1', 'main', 'a.b-patched', '1', '_-', 'x'.repeat(126)),
    fc.stringMatching(/^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$/),
  )
  .map((text) => Tag.parse(text));

/** Tags near this base: its own patches, similar tags, and any others. */
function existingNear(of: Tag) {
  const tag = fc.oneof(
    fc.integer({ min: 0, max: 1200 }).map((number) => `${of}-${number}`),
    fc.constantFrom(`${of}-patched`, `${of}-01`, `${of}x-5`, of.replaceAll('.', 'x').concat('-9')),
    fc.string({ minLength: 1, maxLength: 5, unit: fc.constantFrom(...FIRST) }),
  );
  const kind = fc.constantFrom('ours' as const, 'claimed' as const, 'foreign' as const);
  return fc.array(fc.record({ tag, kind }), { maxLength: 8 });
}

const situation = base.chain((of) => fc.tuple(fc.constant(of), existingNear(of)));

it('never returns an existing numbered tag, and keeps the base', () => {
  fc.assert(
    fc.property(situation, ([of, existing]) => {
      const next = nextPatchTag({ base: of, existing, convention: 'incremental' });
      if (!next.ok) return;

      expect(existing.map(({ tag }) => tag)).not.toContain(next.tag);
      expect(baseOfPatchTag(next.tag, 'incremental')).toBe(of);
      expect(next.tag.length).toBeLessThanOrEqual(128);
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
    fc.property(situation, fc.constantFrom(...CONVENTIONS), ([of, existing], convention) => {
      const next = nextPatchTag({ base: of, existing, convention });
      if (!next.ok) return;

      const theirs = existing.filter(({ kind }) => kind !== 'ours').map(({ tag }) => tag);
      expect(theirs).not.toContain(next.tag);
    }),
    { numRuns: 1000 },
  );
});

it('finds a base only for a tag in the form of the convention', () => {
  fc.assert(
    fc.property(fc.string(), fc.constantFrom(...CONVENTIONS), (text, convention) => {
      const of = baseOfPatchTag(text, convention);
      if (of === undefined) return;

      expect(text.startsWith(`${of}-`)).toBe(true);
      expect(text).toMatch(convention === 'incremental' ? /-[1-9]\d{0,2}$/ : /-patched$/);
    }),
  );
});
