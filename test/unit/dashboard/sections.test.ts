import { describe, expect, it } from 'vitest';
import {
  byUrgency,
  firstRows,
  isOpenFixable,
  sectionOf,
  sectionsOf,
} from '../../../dashboard/model/sections.ts';
import { Reason } from '../../../lib/pipeline/records/reasons.ts';
import { TargetState } from '../../../lib/pipeline/records/target-states.ts';
import { anImage, found, patchWith } from '../../browser/sample-views.ts';

describe('the section of an image', () => {
  it.each([
    ['failed', 'timeout', 'waiting'],
    ['rejected', 'not-fixed', 'waiting'],
    ['skipped', 'end-of-life', 'waiting'],
    ['skipped', 'tag-locked', 'waiting'],
    ['skipped', 'source-changed', 'open'],
    ['skipped', 'no-fix-available', 'left-alone'],
    ['skipped', null, 'left-alone'],
    ['waiting', 'backing-off', 'open'],
    ['canceled', 'canceled', 'open'],
    ['planned', 'dry-run', 'planned'],
    ['clean', null, 'done'],
    ['patched', null, 'done'],
    ['already-patched', null, 'done'],
  ] as const)('of %s with the reason %s is "%s"', (state, reason, section) => {
    expect(sectionOf(anImage('team/api:1', { state, reason }))).toBe(section);
  });

  it('exists for every state and reason', () => {
    for (const state of TargetState.options) {
      for (const reason of [null, ...Reason.options]) {
        const images = [anImage('team/api:1', { state, reason })];
        const counts = sectionsOf(images).map(({ count }) => count);
        expect(counts.reduce((sum, count) => sum + count, 0)).toBe(1);
      }
    }
  });
});

describe('the sections', () => {
  it('group images by state and reason, the largest group and the most critical image first', () => {
    const images = [
      anImage('a:1', { state: 'rejected', reason: 'not-fixed' }),
      anImage('b:1', { state: 'failed', reason: 'timeout', ...found(0, 9) }),
      anImage('c:1', { state: 'failed', reason: 'timeout', ...found(1, 0) }),
    ];
    const [waiting] = sectionsOf(images.toSorted(byUrgency));

    const names = waiting?.groups.map(({ images }) => images.map(({ image }) => image));

    expect(names).toEqual([['c:1', 'b:1'], ['a:1']]);
  });

  it('show some rows of each group, and more of the largest one', () => {
    const image = anImage('a:1');
    const group = (count: number) => ({
      ...{ state: image.state, reason: null },
      images: Array.from({ length: count }, () => image),
    });
    const rows = (limit: number) =>
      firstRows([group(30), group(8), group(2)], limit).map(({ images }) => images.length);

    expect(rows(20)).toEqual([13, 5, 2]);
    expect(rows(4)).toEqual([5, 5, 2]);
    expect(rows(40)).toEqual([30, 8, 2]);
  });
});

describe('an image with fixable findings', () => {
  it('is open without a patch, and not with one that fixes them all', () => {
    expect(isOpenFixable(anImage('a:1', found(1, 0)))).toBe(true);
    expect(isOpenFixable(anImage('a:1', { ...found(1, 0), ...patchWith('1-1', 0, 3) }))).toBe(
      false,
    );
    expect(isOpenFixable(anImage('a:1', { counts: 'unknown', fixable: null }))).toBe(false);
  });
});
