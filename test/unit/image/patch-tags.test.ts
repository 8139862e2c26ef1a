import { describe, expect, it } from 'vitest';
import { baseOfPatchTag, type ExistingTag, nextPatchTag } from '../../../lib/image/patch-tags.ts';
import { Tag } from '../../../lib/image/reference.ts';

function next(base: string, tags: Readonly<Record<string, ExistingTag['kind']>> = {}) {
  const existing = Object.entries(tags).map(([tag, kind]) => ({ tag, kind }));
  return nextPatchTag({ base: Tag.parse(base), existing, convention: 'incremental' });
}

describe('the base of a numbered tag', () => {
  it.each([
    ['v1-1', 'v1'],
    ['v1-999', 'v1'],
    ['v1-2-3', 'v1-2'],
    ['main--1', 'main-'],
  ])('of %s is %s', (tag, base) => {
    expect(baseOfPatchTag(tag, 'incremental')).toBe(base);
  });

  it.each([
    'v1',
    'v1-0',
    'v1-01',
    'v1-1000',
    'v1-1a',
    '-1',
    'v1-',
    'v1_1',
    'v1-1\n',
    'x\nv1-1',
    '.-1',
  ])('of %j is undefined', (tag) => {
    expect(baseOfPatchTag(tag, 'incremental')).toBeUndefined();
  });
});

describe('the next numbered tag', () => {
  it('is number 1 if there is none', () => {
    expect(next('v1', { v1: 'foreign', v2: 'foreign' })).toEqual({ ok: true, tag: 'v1-1' });
  });

  it('is one above the highest, even if lower numbers are missing', () => {
    const tags = { 'v1-2': 'ours', 'v1-10': 'ours' } as const;

    expect(next('v1', tags)).toEqual({ ok: true, tag: 'v1-11' });
  });

  it('ignores tags of other bases and numbers in another form', () => {
    const tags = { 'v1.0-7': 'foreign', 'v11-7': 'foreign', 'v1-20240101': 'foreign' } as const;

    expect(next('v1', tags)).toEqual({ ok: true, tag: 'v1-1' });
  });

  it('matches the base as text, not as a pattern', () => {
    expect(next('v1.0', { 'v1x0-7': 'foreign' })).toEqual({ ok: true, tag: 'v1.0-1' });
  });

  it('is refused if a tag of the same form is not ours', () => {
    const verdict = next('main', { 'main-1': 'ours', 'main-42': 'foreign' });

    expect(verdict).toEqual({
      ok: false,
      reason: 'tag-ambiguous',
      detail: expect.stringMatching(/^main-42 exists /),
    });
  });

  it('is above the number of an image that only claims to be a patch', () => {
    expect(next('v1', { 'v1-7': 'claimed' })).toEqual({ ok: true, tag: 'v1-8' });
  });

  it('is refused after 999', () => {
    expect(next('v1', { 'v1-998': 'ours' })).toEqual({ ok: true, tag: 'v1-999' });
    expect(next('v1', { 'v1-999': 'ours' })).toEqual({
      ok: false,
      reason: 'tag-limit',
      detail: 'v1-999 is the last number',
    });
  });

  it('is refused if it would be longer than 128 characters', () => {
    expect(next('x'.repeat(126))).toMatchObject({ ok: true });
    expect(next('x'.repeat(127))).toEqual({
      ok: false,
      reason: 'tag-limit',
      detail: expect.stringContaining('129 characters'),
    });
    expect(next('x'.repeat(126), { [`${'x'.repeat(126)}-9`]: 'ours' })).toMatchObject({
      ok: false,
      reason: 'tag-limit',
    });
  });
});

describe('the floating tag', () => {
  function floating(base: string, existing: readonly ExistingTag[]) {
    return nextPatchTag({ base: Tag.parse(base), existing, convention: 'floating' });
  }

  it('is the same each time, as long as it is ours', () => {
    const existing = [{ tag: 'v1-patched', kind: 'ours' } as const];

    expect(floating('v1', [])).toEqual({ ok: true, tag: 'v1-patched' });
    expect(floating('v1', existing)).toEqual({ ok: true, tag: 'v1-patched' });
  });

  it('ignores a foreign tag of another base', () => {
    expect(floating('v1', [{ tag: 'v2-patched', kind: 'foreign' }])).toMatchObject({ ok: true });
  });

  it.each(['foreign', 'claimed'] as const)('is refused if it exists and is %s', (kind) => {
    const existing = [{ tag: 'v1-patched', kind }];

    expect(floating('v1', existing)).toMatchObject({ ok: false, reason: 'tag-ambiguous' });
  });

  it('is refused if it is locked, unlike a number', () => {
    const existing = [
      { tag: 'v1-patched', kind: 'ours', locked: true } as const,
      { tag: 'v1-1', kind: 'ours', locked: true } as const,
    ];

    expect(floating('v1', existing)).toEqual({
      ok: false,
      reason: 'tag-locked',
      detail: 'v1-patched is locked against writing',
    });
    const options = { base: Tag.parse('v1'), existing, convention: 'incremental' } as const;
    expect(nextPatchTag(options)).toEqual({ ok: true, tag: 'v1-2' });
  });

  it('can be mapped back to its base', () => {
    expect(baseOfPatchTag('v1-patched', 'floating')).toBe('v1');
    expect(baseOfPatchTag('v1-1', 'floating')).toBeUndefined();
    expect(baseOfPatchTag('-patched', 'floating')).toBeUndefined();
  });
});
