import { describe, expect, it } from 'vitest';
import { digestOf } from '../../../../lib/image/digest.ts';
import { Tag } from '../../../../lib/image/reference.ts';
import { withTarget } from '../../../../lib/pipeline/records/inventory-tag.ts';
import { RunId } from '../../../../lib/pipeline/records/run-id.ts';
import type { Target } from '../../../../lib/pipeline/records/target.ts';
import { target } from '../run/run-samples.ts';

const AT = new Date('2026-11-23T03:00:00Z');
const LATER_RUN = RunId.parse('20261124T020000Z-86c8');
const DIGEST = digestOf('image');
const BEFORE = {
  beforeCritical: 1,
  beforeHigh: 2,
  beforeMedium: 3,
  beforeLow: 4,
  beforeUnknown: 5,
  beforeFixable: 6,
};
const COUNTS = { critical: 1, high: 2, medium: 3, low: 4, unknown: 5, fixable: 6 };

function ended(changes: Partial<Target> = {}) {
  const tag = Tag.parse('v1');
  return { ...target('a', 'v1', { state: 'clean', digest: DIGEST, ...changes }), tag };
}

function recordOf(changes: Partial<Target> = {}) {
  const record = withTarget(undefined, ended(changes), AT);
  if (record === undefined) throw new Error('nothing is recorded');
  return record;
}

it('records the first outcome of a tag, with the findings of its source', () => {
  const { repository, tag, runId, sourceDigest } = ended();

  expect(recordOf({ ...BEFORE, state: 'failed', reason: 'timeout' })).toEqual({
    repository,
    tag,
    runId,
    sourceDigest,
    state: 'failed',
    reason: 'timeout',
    at: AT,
    digest: DIGEST,
    ...COUNTS,
  });
});

it('counts the findings that remain if a patch was published', () => {
  const after = {
    afterCritical: 0,
    afterHigh: 1,
    afterMedium: 0,
    afterLow: 0,
    afterUnknown: 0,
  };
  const patch = { patchTag: Tag.parse('v1-1'), patchDigest: digestOf('patch') };

  expect(recordOf({ ...BEFORE, ...after, ...patch, state: 'patched' })).toMatchObject({
    ...patch,
    critical: 0,
    high: 1,
    fixable: 0,
  });
  expect(recordOf({ ...BEFORE, ...after, state: 'patched', afterFixable: 1 }).fixable).toBe(1);
  expect(recordOf({ ...BEFORE, ...after, state: 'rejected' })).toMatchObject(COUNTS);
});

describe('a later outcome', () => {
  it('of a later run replaces the record', () => {
    const known = recordOf({ ...BEFORE });

    expect(withTarget(known, ended({ runId: LATER_RUN, beforeCritical: 9 }), AT)).toMatchObject({
      runId: LATER_RUN,
      critical: 9,
    });
  });

  it('of an earlier run changes nothing', () => {
    const known = recordOf({ runId: LATER_RUN });

    expect(withTarget(known, ended({ state: 'failed', reason: 'timeout' }), AT)).toBeUndefined();
  });

  it('of the same run replaces the record only if its state or reason differs', () => {
    const known = recordOf({ state: 'failed', reason: 'timeout' });

    const again = ended({ state: 'failed', reason: 'timeout' });
    expect(withTarget(known, again, AT)).toBeUndefined();
    const lost = ended({ state: 'failed', reason: 'group-lost' });
    expect(withTarget(known, lost, AT)).toMatchObject({ reason: 'group-lost' });
    expect(withTarget(known, ended({ state: 'clean' }), AT)).toMatchObject({ state: 'clean' });
  });
});

describe('the known findings and patch of an image', () => {
  const patch = { patchTag: Tag.parse('v1-1'), patchDigest: digestOf('patch') };
  const known = recordOf({ ...BEFORE, ...patch });
  const next = (changes: Partial<Target>) =>
    withTarget(known, ended({ runId: LATER_RUN, state: 'skipped', ...changes }), AT);

  it('are kept if a run did not scan the image', () => {
    expect(next({ state: 'waiting', reason: 'backing-off' })).toMatchObject({
      ...COUNTS,
      ...patch,
    });
  });

  it('are dropped if the run scanned the image or the tag points to another image', () => {
    const scanned = next({ reason: 'no-fix-available', beforeCritical: 7 });
    expect(scanned).toMatchObject({ critical: 7 });
    expect(scanned).not.toHaveProperty('patchTag');
    const moved = next({ reason: 'windows', digest: digestOf('another') });
    expect(moved).not.toHaveProperty('critical');
    expect(moved).not.toHaveProperty('patchTag');
  });

  it('are kept, with nothing left to fix, if the patch is already published', () => {
    const already = { ...BEFORE, state: 'already-patched', ...patch } as const;

    expect(next(already)).toMatchObject({ ...COUNTS, fixable: 0, ...patch });
    expect(next({ ...already, fixedFingerprint: 'part' })).toMatchObject({ fixable: 6 });
    const other = next({ ...already, patchDigest: digestOf('another patch') });
    expect(other).not.toHaveProperty('critical');
    expect(other).toMatchObject({ fixable: 0 });
  });
});
