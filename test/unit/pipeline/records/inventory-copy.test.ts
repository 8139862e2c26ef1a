import { describe, expect, it } from 'vitest';
import { digestOf } from '../../../../lib/image/digest.ts';
import { RepositoryName, Tag } from '../../../../lib/image/reference.ts';
import { copiesOf, rowKeyOf } from '../../../../lib/pipeline/records/inventory-copy.ts';
import type { InventoryTag } from '../../../../lib/pipeline/records/inventory-tag.ts';

const NOW = new Date('2026-11-23T02:10:00Z');
const SEEN = new Date('2026-11-23T02:00:00Z');
const [V1, V1_1, V1_2] = [Tag.parse('v1'), Tag.parse('v1-1'), Tag.parse('v1-2')];
const [SOURCE, INDEX] = [digestOf('source'), digestOf('index')];
const [PATCH, NEWER] = [digestOf('patch'), digestOf('newer')];

const TAG: InventoryTag = {
  repository: RepositoryName.parse('team/api'),
  tag: V1,
  present: true,
  presentAt: NOW,
  digest: SOURCE,
  sourceDigest: SOURCE,
  state: 'clean',
  runId: 'run',
  at: NOW,
  counts: 'known',
  critical: 1,
  scannedAt: NOW,
};
const PATCHED: InventoryTag = {
  ...TAG,
  patchTag: V1_1,
  patchDigest: PATCH,
  patchSeenAt: SEEN,
  patchCounts: 'known',
  patchCritical: 0,
};

/** The copies by row key. */
function copies(record: InventoryTag, known?: InventoryTag) {
  const all = copiesOf(record, known);
  const byKey = Object.fromEntries(all.map((copy) => [rowKeyOf(copy), copy]));
  expect(Object.keys(byKey)).toHaveLength(all.length);
  return byKey;
}

describe('the copies of a tag', () => {
  it('are none if the tag is gone', () => {
    expect(copiesOf({ ...PATCHED, present: false }, PATCHED)).toEqual([]);
  });

  it('are the findings under the digest of the image, with its newest patch', () => {
    const all = copies(PATCHED);

    expect(all[SOURCE]).toMatchObject({
      kind: 'digest',
      tag: V1,
      present: true,
      presentAt: NOW,
      critical: 1,
      patchTag: V1_1,
      patchDigest: PATCH,
    });
  });

  it('are under the digest of an index and of its image', () => {
    expect(Object.keys(copies({ ...TAG, digest: INDEX })).sort()).toEqual([INDEX, SOURCE].sort());
  });

  it('are not under the source of a tag that names a patch', () => {
    expect(Object.keys(copies({ ...TAG, digest: PATCH, isPatch: true }))).toEqual([PATCH]);
  });

  it('are none under an unknown digest', () => {
    expect(copies({ ...TAG, digest: undefined, sourceDigest: undefined })).toEqual({});
  });
});

describe('the copies of its newest patch', () => {
  it('are its own findings under its tag and under its digest', () => {
    const all = copies(PATCHED);

    const own = { tag: V1_1, digest: PATCH, patchOf: V1, presentAt: SEEN, critical: 0 };
    expect(all[V1_1]).toMatchObject({ kind: 'patch', ...own });
    expect(all[PATCH]).toMatchObject({ kind: 'digest', ...own });
    expect(all[PATCH]?.patchTag).toBeUndefined();
    expect(Object.keys(all)).toHaveLength(3);
  });

  it('are under the digest alone if no tag names it', () => {
    expect(Object.keys(copies({ ...PATCHED, patchTag: undefined })).sort()).toEqual(
      [PATCH, SOURCE].sort(),
    );
  });

  it('have unknown counts and the time of the tag, if the patch has neither', () => {
    const { patchCounts: _1, patchSeenAt: _2, ...patched } = PATCHED;

    expect(copies(patched)[V1_1]).toMatchObject({ counts: 'unknown', presentAt: NOW });
  });

  it('do not replace the record of the tag, if that names the patch', () => {
    const all = copies({ ...PATCHED, tag: V1_1, digest: PATCH, isPatch: true });

    expect(all).not.toHaveProperty([V1_1]);
    expect(all[PATCH]).toMatchObject({ kind: 'digest', tag: V1_1, critical: 1 });
  });
});

describe('the copies of a patch that is no longer the newest', () => {
  const newer: InventoryTag = {
    ...PATCHED,
    patchTag: V1_2,
    patchDigest: NEWER,
    patchSeenAt: NOW,
    runId: 'next',
  };

  it('name the newest one, and have unknown counts', () => {
    const all = copies(newer, PATCHED);

    const old = { counts: 'unknown', patchTag: V1_2, patchDigest: NEWER, runId: 'next' };
    expect(all[V1_1]).toMatchObject({ kind: 'patch', digest: PATCH, present: true, ...old });
    expect(all[PATCH]).toMatchObject({ kind: 'digest', tag: V1_1, ...old });
    expect(all[V1_1]).not.toHaveProperty('critical');
  });

  it('are gone if the newest one took its tag', () => {
    const all = copies({ ...newer, patchTag: V1_1 }, PATCHED);

    expect(all[PATCH]).toMatchObject({ present: false, goneAt: NOW });
    expect(all[V1_1]).toMatchObject({ digest: NEWER, present: true });
  });

  it('are none while it is the newest, or if there was none', () => {
    expect(Object.keys(copies(PATCHED, PATCHED))).toHaveLength(3);
    expect(Object.keys(copies(PATCHED, TAG))).toHaveLength(3);
  });

  it('stay present if no tag names the newest one', () => {
    const untagged = { ...newer, patchTag: undefined };
    const known = { ...PATCHED, patchTag: undefined };

    expect(copies(untagged, known)[PATCH]).toMatchObject({ present: true, counts: 'unknown' });
  });
});
