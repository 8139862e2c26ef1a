import { expect, it } from 'vitest';
import { StorageUse } from '../../../lib/storage/storage-use.ts';

it('counts the requests of steps that overlap for their own runs', async () => {
  const use = new StorageUse();
  const send = async (requests: number) => {
    for (let nth = 0; nth < requests; nth += 1) {
      await Promise.resolve();
      use.answered();
    }
  };

  await Promise.all([
    use.during('a', () => send(2)),
    use.during('b', () => send(3)),
    use.during('a', () => Promise.all([send(1), send(4)])),
  ]);

  expect([use.take('a'), use.take('b')]).toEqual([7, 3]);
});

it('counts a request outside of a step for no run', async () => {
  const use = new StorageUse();

  use.answered();
  await use.during('a', async () => {});

  expect(use.take('a')).toBe(0);
});

it('gives each request to one row only, and keeps later ones for the next', async () => {
  const use = new StorageUse();

  const taken = await use.during('a', async () => {
    use.answered();
    const first = use.take('a');
    use.answered();
    return first;
  });

  expect([taken, use.take('a'), use.take('a')]).toEqual([1, 1, 0]);
});

it('forgets the oldest run of more than a hundred', async () => {
  const use = new StorageUse();

  for (let run = 0; run <= 100; run += 1) {
    await use.during(`run ${run}`, async () => use.answered());
  }

  expect([use.take('run 0'), use.take('run 1'), use.take('run 100')]).toEqual([0, 1, 1]);
});
