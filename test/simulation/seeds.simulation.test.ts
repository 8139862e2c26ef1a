import { describe, expect, it } from 'vitest';
import { simulateShare } from './share.ts';

const FIRST = 61;
const LAST = 660;
const A_TEST = 50;

describe('the simulated pipeline', () => {
  const starts = Array.from(
    { length: (LAST + 1 - FIRST) / A_TEST },
    (_, at) => FIRST + at * A_TEST,
  );

  it.each(starts)('keeps every invariant in the worlds from seed %i on', async (start) => {
    const seeds = Array.from({ length: A_TEST }, (_, at) => start + at);

    const { failures } = await simulateShare({ kind: 'seeds', seeds, stopAtFirst: true });

    // To see one world: npm run simulate -- --seed N
    expect(failures).toEqual([]);
  });
});
