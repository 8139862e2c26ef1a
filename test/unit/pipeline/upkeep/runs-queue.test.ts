import { expect, it } from 'vitest';
import { handleRunsMessage } from '../../../../lib/pipeline/upkeep/runs-queue.ts';
import { UnitWorld } from '../unit-world.ts';

/** The clock of a `UnitWorld` shows this time. */
const NOW = new Date('2026-11-23T02:00:00Z');
const dueIn = (minutes: number) => ({
  reapDue: new Date(NOW.getTime() + minutes * 60_000).toISOString(),
});

function newWorld() {
  const world = new UnitWorld();
  const list = world.services.groups.list.bind(world.services.groups);
  let reaps = 0;
  world.services.groups.list = () => {
    reaps += 1;
    return list();
  };
  return { world, reaps: () => reaps };
}

it('does the work of an overdue reaper once, however often its hint arrives', async () => {
  const { world, reaps } = newWorld();

  await handleRunsMessage(world.services, dueIn(-6));
  await handleRunsMessage(world.services, dueIn(-6));

  expect(reaps()).toBe(1);
  expect(await world.services.timers.reaperStartedAt()).toEqual(NOW);
  const missed = world.log.filter(({ message }) => message === 'timer missed');
  expect(missed.map(({ fields }) => fields?.timer)).toEqual(['reaper']);
});

it('ignores the hint of a reaper that is due in the future', async () => {
  const { world, reaps } = newWorld();

  await handleRunsMessage(world.services, dueIn(1));

  expect(reaps()).toBe(0);
});

it.each([[{ reapDue: 'today' }], [{ ...dueIn(-6), runId: '20261123T020000Z-0000' }], [{}]])(
  'refuses a message that is neither a tick nor a hint of the reaper: %j',
  async (body) => {
    const { world } = newWorld();

    await expect(handleRunsMessage(world.services, body)).rejects.toThrow();
  },
);
