import { describe, expect, it } from 'vitest';
import {
  exposureBySeverity,
  patchTimeBySeverity,
  targetsOf,
} from '../../../lib/history/exposure-summary.ts';

const NOW = new Date('2026-11-30T08:00:00Z');
const daysAgo = (days: number) => new Date(NOW.getTime() - days * 24 * 3600 * 1000);
const TARGETS = { critical: 7, high: 30 };

describe('the exposure of all images', () => {
  it('has the images of each severity, those beyond its target, and the oldest fix', () => {
    const images = [
      { openSinceCritical: daysAgo(7.1), openSinceHigh: daysAgo(29) },
      { openSinceCritical: daysAgo(7) },
      { openSinceLow: daysAgo(400) },
      {},
    ];

    const [critical, high, medium, low] = exposureBySeverity(images, TARGETS, NOW);

    const oldestSince = daysAgo(7.1).toISOString();
    expect(critical).toMatchObject({ targetDays: 7, images: 2, beyondTarget: 1, oldestSince });
    expect(high).toMatchObject({ severity: 'high', images: 1, beyondTarget: 0 });
    expect(medium).toMatchObject({ images: 0, oldestSince: null });
    expect(low).toMatchObject({ targetDays: null, images: 1, beyondTarget: null });
  });
});

describe('the time to patch', () => {
  it('sums the runs of the last 90 days', () => {
    const patchDays = { critical: { hours: 240, days: { 2: 3, 9: 1 } } };
    const old = { high: { hours: 24, days: { 1: 1 } } };
    const runs = [
      { createdAt: daysAgo(1), patchDays },
      { createdAt: daysAgo(89), patchDays },
      { createdAt: daysAgo(91), patchDays: old },
      { createdAt: daysAgo(2) },
    ];

    expect(patchTimeBySeverity(runs, TARGETS, NOW)).toEqual([
      {
        severity: 'critical',
        patched: 8,
        meanDays: 2.5,
        percentile95Days: 9,
        withinTarget: 0.75,
      },
    ]);
  });

  it('has no share of a target that does not exist', () => {
    const patchDays = { low: { hours: 24, days: { 1: 1 } } };

    const [low] = patchTimeBySeverity([{ createdAt: NOW, patchDays }], TARGETS, NOW);

    expect(low).toMatchObject({ patched: 1, withinTarget: null });
  });
});

describe('the targets', () => {
  it('are those of the newest run that has some, and else the default', () => {
    expect(targetsOf([{}, { targetDays: TARGETS }, { targetDays: {} }])).toEqual(TARGETS);
    expect(targetsOf([{}])).toMatchObject({ critical: 7, low: 180 });
  });
});
