import { expect, it } from 'vitest';
import { HeldRun } from '../../../lib/pipeline/held-run.ts';
import { UnitWorld } from './unit-world.ts';

it('takes the lease of a run, for one tick only', async () => {
  const world = new UnitWorld();
  const stored = await world.addRun();

  const held = await HeldRun.take(world.services, stored);

  const { leaseSeconds } = world.services.options;
  const leaseUntil = new Date(world.clock.now().getTime() + leaseSeconds * 1000);
  expect(held?.run).toMatchObject({ id: stored.id, wake: stored.wake + 1, leaseUntil });
  expect(await HeldRun.take(world.services, stored)).toBeUndefined();
});
