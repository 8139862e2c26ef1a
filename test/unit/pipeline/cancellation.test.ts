import { expect, it } from 'vitest';
import { cancelRun } from '../../../lib/pipeline/cancellation.ts';
import { RunId } from '../../../lib/pipeline/records/run-id.ts';
import { UnitWorld } from './unit-world.ts';

it('requests the end of an active run, and wakes it', async () => {
  const world = new UnitWorld();
  const { id } = await world.addRun();

  expect(await cancelRun(world.services, id, 'somebody')).toBe(true);

  expect(await world.services.cancellations.requestedBy(id)).toBe('somebody');
  expect(world.messages()).toEqual([{ runId: id }]);
});

it.each(['completed', 'failed', 'canceled'] as const)(
  'does nothing for a run that is %s',
  async (state) => {
    const world = new UnitWorld();
    const { id } = await world.addRun({ state });

    expect(await cancelRun(world.services, id, 'somebody')).toBe(false);

    expect(await world.services.cancellations.isRequested(id)).toBe(false);
    expect(world.messages()).toEqual([]);
  },
);

it('does nothing for a run that does not exist', async () => {
  const world = new UnitWorld();

  expect(await cancelRun(world.services, RunId.parse('20261123T020000Z-7f3a'), 'x')).toBe(false);
  expect(world.messages()).toEqual([]);
});
