import { expect, it } from 'vitest';
import { HeldJob } from '../../../lib/pipeline/held-job.ts';
import { UnitWorld } from './unit-world.ts';

it('takes the lease of a job, for one step only', async () => {
  const world = new UnitWorld();
  const { job } = await world.holdJob({ id: 'scan-1', kind: 'scan' });
  const stored = await world.jobAt(job);

  const held = await HeldJob.take(world.services, stored);

  const { leaseSeconds } = world.services.options;
  const leaseUntil = new Date(world.clock.now().getTime() + leaseSeconds * 1000);
  expect(held?.job).toMatchObject({ id: 'scan-1', wake: stored.wake + 1, leaseUntil });
  expect(await HeldJob.take(world.services, stored)).toBeUndefined();
});
