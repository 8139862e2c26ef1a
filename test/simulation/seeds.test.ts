import { describe, expect, it } from 'vitest';
import { simulateShare } from './share.ts';
import { simulateSeed } from './simulate-seed.ts';

const SEEDS = 500;
const A_TEST = 50;

describe('the simulated pipeline', () => {
  const starts = Array.from({ length: SEEDS / A_TEST }, (_, at) => at * A_TEST + 1);

  it.each(starts)(
    'keeps every invariant in the worlds from seed %i on',
    { timeout: 120_000 },
    async (start) => {
      const seeds = Array.from({ length: A_TEST }, (_, at) => start + at);

      const { failures } = await simulateShare({ kind: 'seeds', seeds, stopAtFirst: true });

      // To see one world: npm run simulate -- --seed N
      expect(failures).toEqual([]);
    },
  );
});

it('repeats the same steps for the same seed', async () => {
  const first = await simulateSeed(7, { trace: true });
  const second = await simulateSeed(7, { trace: true });

  expect(second.trace).toEqual(first.trace);
  expect(first.trace.length).toBeGreaterThan(100);
});
