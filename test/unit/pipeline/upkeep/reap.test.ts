import { describe, expect, it } from 'vitest';
import {
  type ContainerGroups,
  GroupName,
  type GroupStatus,
  GroupTag,
} from '../../../../lib/containers/container-groups.ts';
import { RunId } from '../../../../lib/pipeline/records/run-id.ts';
import { reap } from '../../../../lib/pipeline/upkeep/reap.ts';
import { StorageError } from '../../../../lib/storage/storage-error.ts';
import { UnitWorld } from '../unit-world.ts';

const NOW = '2026-11-23T02:00:00.000Z';
const at = (seconds: number) => new Date(Date.parse(NOW) + seconds * 1000);

describe('container groups', () => {
  function group(name: string, expiresAt?: string): GroupStatus {
    return {
      name: GroupName.parse(name),
      state: 'running',
      containers: {},
      tags: expiresAt === undefined ? {} : { [GroupTag.expiresAt]: expiresAt },
      detail: '',
    };
  }

  async function reaped(
    groups: readonly GroupStatus[],
    answer: Awaited<ReturnType<ContainerGroups['delete']>> = { ok: true },
  ) {
    const world = new UnitWorld();
    const deleted: string[] = [];
    world.groups.list = async function* () {
      yield* groups;
    };
    world.groups.delete = async (name) => {
      deleted.push(name);
      return answer;
    };
    await reap(world.services);
    return { deleted, world };
  }

  it('are deleted when they have expired', async () => {
    const { deleted } = await reaped([
      group('later', at(1).toISOString()),
      group('now', NOW),
      group('before', at(-1).toISOString()),
    ]);

    expect(deleted).toEqual(['now', 'before']);
  });

  it('are kept if their expiry cannot be read, and logged', async () => {
    const { deleted, world } = await reaped([group('none'), group('odd', 'soon')]);

    expect(deleted).toEqual([]);
    expect(world.logged('group without expiry')).toEqual([{ group: 'none' }, { group: 'odd' }]);
  });

  it.each([
    ['throttled', ['a']],
    ['transitioning', ['a', 'b']],
  ] as const)('after the refusal %s: tries %j', async (refusal, tried) => {
    const groups = ['a', 'b'].map((name) => group(name, NOW));

    expect((await reaped(groups, { ok: false, refusal, detail: '' })).deleted).toEqual(tried);
  });
});

describe('runs', () => {
  const tick = 30;

  it.each([
    ['is overdue by more than two ticks', -2 * tick - 1, {}, true],
    ['is overdue by two ticks', -2 * tick, {}, false],
    ['has ended', -9999, { state: 'completed' }, false],
  ] as const)('one that %s is woken: %s', async (_, nextAt, changes, woken) => {
    const world = new UnitWorld({ pipeline: { tickSeconds: tick } });
    const run = await world.addRun({ nextAt: at(nextAt), wake: 7, ...changes });

    await reap(world.services);

    expect(world.messages()).toEqual(woken ? [{ runId: run.id, wake: 7 }] : []);
  });

  it.each([
    [0, true],
    [1, false],
  ])('get their last look when it is due: in %d s', async (seconds, looked) => {
    const world = new UnitWorld();
    const run = await world.addRun({
      state: 'completed',
      finishedAt: at(-4800),
      lastLookAt: at(seconds),
    });

    await reap(world.services);

    expect((await world.runAt(run.id)).lastLookAt === undefined).toBe(looked);
  });

  it('get it even if that of another run fails', async () => {
    const world = new UnitWorld();
    const ended = { state: 'completed', finishedAt: at(-4800), lastLookAt: at(-1) } as const;
    const older = await world.addRun({ ...ended, id: RunId.parse('20261122T020000Z-0001') });
    const newer = await world.addRun({ ...ended, id: RunId.parse('20261123T020000Z-0002') });
    const { readableOfRun } = world.services.jobs;
    world.services.jobs.readableOfRun = (runId, passOver) => {
      if (runId === newer.id) throw new StorageError('unavailable', 'down');
      return readableOfRun.call(world.services.jobs, runId, passOver);
    };

    await expect(reap(world.services)).rejects.toThrow('down');

    expect((await world.runAt(older.id)).lastLookAt).toBeUndefined();
    expect((await world.runAt(newer.id)).lastLookAt).toBeDefined();
  });
});

it('does its other duties if one fails, and then fails', async () => {
  const world = new UnitWorld({ pipeline: { tickSeconds: 30 } });
  await world.addRun({ nextAt: at(-3600) });
  world.queues.receivePoison = async () => Promise.reject(new StorageError('denied', 'no right'));

  await expect(reap(world.services)).rejects.toThrow('no right');

  expect(world.messages()).toHaveLength(1);
});
