import { describe, expect, it } from 'vitest';
import {
  MOST_DAYS,
  mergedPatchDays,
  newlyPatched,
  type PatchDays,
  timeToPatch,
} from '../../../../lib/pipeline/records/patch-days.ts';
import type { IndexedFinding } from '../../../../lib/pipeline/records/tag-index.ts';

const TARGETS = { critical: 7, high: 30, medium: 90, low: 180, unknown: 180 };
const FIX = new Date('2026-11-01T00:00:00Z');
const hoursLater = (hours: number) => new Date(FIX.getTime() + hours * 3600 * 1000);

function open(changes: Partial<IndexedFinding> = {}): IndexedFinding {
  const times = { seenSince: FIX, fixSince: FIX, patchedAt: undefined };
  return { severity: 'high', state: 'open', about: '', ...times, ...changes };
}

function patchedAfter(hours: number, changes: Partial<IndexedFinding> = {}): IndexedFinding {
  return open({ state: 'fixed', patchedAt: hoursLater(hours), ...changes });
}

function patched(...hours: readonly number[]): PatchDays {
  const before = new Map(hours.map((_, at) => [`CVE-${at}`, open()]));
  const after = new Map(hours.map((after, at) => [`CVE-${at}`, patchedAfter(after)]));
  return newlyPatched(before, after);
}

describe('the findings that a patch fixes', () => {
  it('count by severity and by the days since their fix was seen', () => {
    expect(patched(1, 24, 25)).toEqual({ high: { hours: 50, days: { 1: 2, 2: 1 } } });
  });

  it('do not count if they were fixed before, never open, or without a known fix', () => {
    const after = new Map([['CVE-1', patchedAfter(5)]]);

    expect(newlyPatched(after, after)).toEqual({});
    expect(newlyPatched(new Map(), after)).toEqual({});
    const withoutFix = new Map([['CVE-1', patchedAfter(5, { fixSince: undefined })]]);
    expect(newlyPatched(new Map([['CVE-1', open()]]), withoutFix)).toEqual({});
  });

  it('have a last day that stands for all later ones', () => {
    expect(patched(24 * 5000).high?.days).toEqual({ [MOST_DAYS]: 1 });
  });
});

/** Lists of hours that a small generator makes from a seed, the same in every run of the test. */
function hoursOf(seed: number): readonly number[] {
  let state = seed;
  return Array.from({ length: 1 + (seed % 60) }, () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return state % (24 * 300);
  });
}

describe.each(Array.from({ length: 40 }, (_, at) => at + 1))('any findings (seed %i)', (seed) => {
  const hours = hoursOf(seed);
  const days = hours.map((one) => Math.max(1, Math.ceil(one / 24))).sort((a, b) => a - b);

  it('give the same sum in any order and in any parts', () => {
    const [head, tail] = [hours.slice(0, 7), hours.slice(7)];
    const parts = [patched(...head), patched(...tail)];

    expect(mergedPatchDays(parts)).toEqual(mergedPatchDays([patched(...hours)]));
    expect(mergedPatchDays(parts.toReversed())).toEqual(mergedPatchDays(parts));
  });

  it('give the mean, the 95th percentile and the share that a sorted list has', () => {
    const found = timeToPatch(patched(...hours), 'high', TARGETS);

    const sum = hours.reduce((total, one) => total + one, 0);
    expect(found?.patched).toBe(hours.length);
    expect(found?.mean).toBeCloseTo(sum / 24 / hours.length, 3);
    expect(found?.percentile95).toBe(days[Math.ceil(hours.length * 0.95) - 1]);
    expect(found?.withinTarget).toBe(days.filter((day) => day <= 30).length / hours.length);
  });
});

it('tells nothing of a severity of which nothing was patched', () => {
  expect(timeToPatch(patched(5), 'critical', TARGETS)).toBeUndefined();
});
