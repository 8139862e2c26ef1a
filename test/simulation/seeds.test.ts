import { expect, it } from 'vitest';
import { simulateShare } from './share.ts';
import { simulateSeed } from './simulate-seed.ts';

/** `npm run test:simulation` has more of them. */
const SEEDS = Array.from({ length: 60 }, (_, at) => at + 1);

it('keeps every invariant in the simulated worlds', { timeout: 300_000 }, async () => {
  const { failures } = await simulateShare({ kind: 'seeds', seeds: SEEDS, stopAtFirst: true });

  // To see one world: npm run simulate -- --seed N
  expect(failures).toEqual([]);
});

it('repeats the same steps for the same seed', async () => {
  const first = await simulateSeed(7, { trace: true });
  const second = await simulateSeed(7, { trace: true });

  expect(second.trace).toEqual(first.trace);
  expect(first.trace.length).toBeGreaterThan(100);
});
