import { describe, expect, it } from 'vitest';
import { simulateShare } from './share.ts';
import { simulateSeed } from './simulate-seed.ts';

const SEEDS = 500;
const A_TEST = 50;

describe('whatever fails, nothing is lost', () => {
  const starts = Array.from({ length: SEEDS / A_TEST }, (_, at) => at * A_TEST + 1);

  it.each(starts)(
    'in the worlds of the %i th seed and those behind it',
    { timeout: 120_000 },
    async (start) => {
      const seeds = Array.from({ length: A_TEST }, (_, at) => start + at);

      const { failures } = await simulateShare({ kind: 'seeds', seeds, stopAtFirst: true });

      // To look at one: npm run simulate -- --seed N
      expect(failures).toEqual([]);
    },
  );
});

it('gives the same world for the same seed, step by step', async () => {
  const first = await simulateSeed(7, { trace: true });
  const second = await simulateSeed(7, { trace: true });

  expect(second.trace).toEqual(first.trace);
  expect(first.trace.length).toBeGreaterThan(100);
});
