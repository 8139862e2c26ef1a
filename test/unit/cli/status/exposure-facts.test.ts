import { expect, it } from 'vitest';
import { exposureFacts } from '../../../../lib/cli/status/exposure-facts.ts';

const NOW = new Date('2026-11-30T08:00:00Z');
const NONE = { images: 0, beyondTarget: 0, oldestSince: null };

it('tells the open severities with their targets, and how long patches took', () => {
  const status = {
    exposure: [
      {
        severity: 'critical' as const,
        targetDays: 7,
        images: 3,
        beyondTarget: 1,
        oldestSince: '2026-11-20T07:00:00.000Z',
      },
      { severity: 'high' as const, targetDays: 30, ...NONE },
      {
        severity: 'low' as const,
        targetDays: null,
        images: 1,
        beyondTarget: null,
        oldestSince: '2026-11-29T07:00:00.000Z',
      },
    ],
    timeToPatch: [
      {
        severity: 'high' as const,
        patched: 8,
        meanDays: 2.5,
        percentile95Days: 9,
        withinTarget: 0.999,
      },
    ],
  };

  expect(exposureFacts(status, NOW)).toEqual([
    [
      'exposed',
      'critical: 3 images, the oldest fix for 10 days; 1 beyond the target of 7 days\nlow: 1 image, the oldest fix for 1 day',
    ],
    [
      'patched in',
      'high: 8 vulnerabilities in 2.5 days on average, 95 % within 9 days, 99 % within the target',
    ],
  ]);
});

it('has no lines if nothing is known', () => {
  expect(exposureFacts({ exposure: [], timeToPatch: [] }, NOW)).toEqual([
    ['exposed', null],
    ['patched in', null],
  ]);
});
