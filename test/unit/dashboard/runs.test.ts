import { expect, it } from 'vitest';
import { confirmationOf, needsRetry } from '../../../dashboard/model/actions.ts';
import { coverageOf } from '../../../dashboard/model/coverage.ts';
import { imagesByState } from '../../../dashboard/model/images-by-state.ts';
import { barsOf, progressOf } from '../../../dashboard/model/run-outcomes.ts';
import { startersOf } from '../../../dashboard/model/starters.ts';
import { anImage, aRun, hoursAgo, NOW } from '../../browser/sample-views.ts';

it('stacks the outcomes of each run, the oldest run first', () => {
  const runs = [aRun('new', { failed: 1, patched: 2 }), aRun('old', { clean: 3 })];

  const bars = barsOf(runs).map(({ run, total, parts }) => [run.runId, total, parts]);

  expect(bars).toEqual([
    ['old', 3, [{ outcome: 'clean', from: 0, count: 3 }]],
    [
      'new',
      3,
      [
        { outcome: 'patched', from: 0, count: 2 },
        { outcome: 'failed', from: 2, count: 1 },
      ],
    ],
  ]);
});

it('a run without images has no progress, and one without active images is done', () => {
  expect(progressOf(aRun('r', { targets: 0, active: 0 }))).toBe(0);
  expect(progressOf(aRun('r', { targets: 4, active: 1 }))).toBe(0.75);
});

it('coverage counts images without a scan, and scans older than a week', () => {
  const images = [
    anImage('a:1'),
    anImage('b:1', { scannedAt: hoursAgo(24 * 8), packagesUncovered: 2 }),
    anImage('c:1', { counts: 'unknown', scannedAt: null }),
  ];

  expect(coverageOf(images, NOW)).toEqual({ known: 2, unknown: 1, oldScans: 1, partly: 1 });
});

it('a confirmation says that a retry ends the back-off', () => {
  const failed = anImage('a:1', { state: 'failed', reason: 'timeout' });
  const images = [failed.image];

  expect(needsRetry([anImage('b:1'), failed])).toBe(true);
  expect(needsRetry([anImage('b:1')])).toBe(false);
  const { title, effects } = confirmationOf({ kind: 'start', images, retry: true });
  expect(title).toBe('Retry 1 image?');
  expect(effects.join(' ')).toContain('ends their back-off');
  expect(confirmationOf({ kind: 'start', images, retry: false }).effects.join(' ')).not.toContain(
    'back-off',
  );
});

it('says who started the runs, the most frequent first, and sums up the rest', () => {
  const starters = ['schedule', 'schedule', 'schedule', 'ops', 'ops', 'x', 'y', null];

  const text = startersOf(starters.map((startedBy, index) => aRun(`r${index}`, { startedBy })));

  expect(text).toBe('schedule (4), ops (2), x (1), others (1)');
});

it('sums up the images by state, active ones together, each share after the one before', () => {
  const byState = { failed: 1, scanning: 2, publishing: 3, 'already-patched': 4, patched: 5 };

  expect(imagesByState({ byState })).toEqual([
    { label: 'patched', tone: 'patched', count: 5, from: 0 },
    { label: 'already patched', tone: 'alreadyPatched', count: 4, from: 5 },
    { label: 'a run works on them', tone: 'active', count: 5, from: 9 },
    { label: 'failed', tone: 'failed', count: 1, from: 14 },
  ]);
});
