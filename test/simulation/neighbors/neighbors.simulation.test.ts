import { expect, it } from 'vitest';
import { Coverage } from '../coverage.ts';
import { HOSTILITIES } from './hostility.ts';
import { simulateNeighbors } from './simulate-neighbors.ts';

const WORLDS = 6;

it('ends the images of others as without hostile neighbors, and not much later', async () => {
  const seen = new Coverage();
  for (let seed = 1; seed <= WORLDS; seed += 1) {
    const { violations, coverage } = await simulateNeighbors(seed);

    expect([seed, violations]).toEqual([seed, []]);
    seen.add(coverage.counts());
  }

  for (const hostility of HOSTILITIES) {
    expect([hostility, seen.faults.get(`hostile-${hostility}`) ?? 0]).not.toEqual([hostility, 0]);
  }
});
