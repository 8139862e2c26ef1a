import { expect, it } from 'vitest';
import { each } from '../../../../lib/pipeline/upkeep/each.ts';

it('handles every item in order, also after a failure, and throws the first error', async () => {
  const handled: number[] = [];

  const work = each([1, 2, 3, 4], async (item) => {
    handled.push(item);
    if (item % 2 === 0) throw new Error(`item ${item}`);
  });

  await expect(work).rejects.toThrow('item 2');
  expect(handled).toEqual([1, 2, 3, 4]);
});

it('throws even if the error is undefined', async () => {
  await expect(each([1], () => Promise.reject(undefined))).rejects.toBeUndefined();
});

it('returns if nothing failed', async () => {
  expect(await each([1, 2], async () => undefined)).toBeUndefined();
});
