import { describe, expect, it } from 'vitest';
import { digestOf } from '../../../../lib/image/digest.ts';
import { RepositoryName, Tag } from '../../../../lib/image/reference.ts';
import type { InventoryTag } from '../../../../lib/pipeline/records/inventory-tag.ts';
import { tagChanges } from '../../../../lib/pipeline/records/tag-changes.ts';

const FIRST = new Date('2026-11-23T02:00:00Z');
const AT = new Date('2026-11-24T02:00:00Z');
const BY = { runId: 'tonight', at: AT };

const KNOWN: InventoryTag = {
  repository: RepositoryName.parse('team/api'),
  tag: Tag.parse('1.4'),
  present: true,
  presentAt: FIRST,
  digest: digestOf('image'),
  state: 'patched',
  runId: 'before',
  at: FIRST,
  counts: 'known',
  critical: 1,
  patchTag: Tag.parse('1.4-1'),
  patchDigest: digestOf('patch'),
  patchCounts: 'known',
  patchHigh: 2,
  change: 'new',
  changedIn: 'before',
  changedAt: FIRST,
};

const changed = (changes: Partial<InventoryTag>, known: Partial<InventoryTag> = {}) =>
  tagChanges({ ...KNOWN, ...known }, { ...KNOWN, ...known, ...changes, at: AT }, BY);

describe('the change of a tag in a run', () => {
  it.each<readonly [string, Partial<InventoryTag>]>([
    ['findings', { critical: 2 }],
    ['findings', { counts: 'unknown', critical: undefined }],
    ['findings', { patchHigh: 3 }],
    ['findings', { patchUnknown: 1 }],
    ['patch', { patchDigest: digestOf('next patch') }],
    ['outcome', { state: 'failed', reason: 'timeout' }],
    ['moved', { digest: digestOf('pushed again') }],
    ['gone', { present: false }],
  ])('is %s after %o', (change, changes) => {
    expect(changed(changes)).toMatchObject({ change, changedIn: 'tonight', changedAt: AT });
  });

  it('is new for an unknown tag, and back for one that was gone', () => {
    expect(tagChanges(undefined, KNOWN, BY).change).toBe('new');
    expect(changed({ present: true }, { present: false }).change).toBe('back');
  });

  it('is none if only times changed, or the patch of the night before serves tonight', () => {
    const { change, changedIn, changedAt } = KNOWN;

    expect(changed({ scannedAt: AT })).toMatchObject({ change, changedIn, changedAt });
    expect(changed({ state: 'already-patched' })).toMatchObject({ change, changedIn });
    expect(changed({ state: 'waiting', reason: 'backing-off' })).toMatchObject({ changedIn });
  });

  it('has the words of all writes of one run, each once', () => {
    const earlier = { change: 'moved, outcome', changedIn: 'tonight' };

    expect(changed({ critical: 2, state: 'clean' }, earlier).change).toBe(
      'moved, outcome, findings',
    );
  });

  it('keeps the image that the tag named before it was pushed again', () => {
    const moved = { previousDigest: KNOWN.digest, movedAt: AT };

    expect(changed({ digest: digestOf('pushed again') })).toMatchObject(moved);
    expect(changed({ critical: 2 }, moved)).toMatchObject(moved);
  });
});
