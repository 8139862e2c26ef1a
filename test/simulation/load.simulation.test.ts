import { expect, it } from 'vitest';
import { loadFigures } from './load-figures.ts';
import { simulateLoad } from './simulate-load.ts';

const TARGETS = 2000;
/** Long intervals of polls and ticks, as for thousands of images, which halve the calls. */
const LOAD = { faultShare: 0.002, pollSeconds: 60, tickSeconds: 120 };

it('ends each of 2,000 targets in spite of failing calls, with as few calls each as a small run', async () => {
  const result = await simulateLoad(TARGETS, LOAD);

  expect(result.violations).toEqual([]);
  const ends = [...result.outcomes.values()].map((outcome) => outcome.replace(/ v.*/, ''));
  const counts = Object.fromEntries(
    [...Map.groupBy(ends, (end) => end)].map(([end, { length }]) => [end, length]),
  );
  // Failing calls cost time, but no image fails.
  expect(counts).toEqual({ clean: 1000, patched: 500, 'skipped no-fix-available': 500 });
  const faults = [...result.coverage.faults.values()].reduce((sum, count) => sum + count, 0);
  expect(faults).toBeGreaterThan(50);
  const { storage, registry, arm } = loadFigures(result, TARGETS);
  // Every image is new, so each writes its findings: three calls, and one for each vulnerability.
  expect(storage).toBeLessThan(52);
  expect(registry).toBeLessThan(13);
  expect(arm).toBeLessThan(0.9);
}, 300_000);
