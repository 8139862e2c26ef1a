import { setImmediate } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { inParallel } from '../../lib/in-parallel.ts';

it('processes at most the allowed number of items at once and returns the results in order', async () => {
  let running = 0;
  let most = 0;

  const results = await inParallel([3, 1, 2, 5, 4], 2, async (item) => {
    running += 1;
    most = Math.max(most, running);
    for (let round = 0; round < item; round += 1) await setImmediate();
    running -= 1;
    return item * 10;
  });

  expect(results).toEqual([30, 10, 20, 50, 40]);
  expect(most).toBe(2);
});

it('throws the first error, but only after every item has ended', async () => {
  const ended: number[] = [];

  const work = inParallel([1, 2, 3], 3, async (item) => {
    if (item === 2) throw new Error('item 2');
    if (item === 3) for (let round = 0; round < 5; round += 1) await setImmediate();
    ended.push(item);
  });

  await expect(work).rejects.toThrow('item 2');
  expect(ended).toEqual([1, 3]);
});
