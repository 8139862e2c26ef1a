import { describe, expect, it } from 'vitest';
import { GroupName } from '../../../../lib/containers/container-groups.ts';
import { LeaseLost } from '../../../../lib/pipeline/lease.ts';
import { keepContainerLog, sharedLog } from '../../../../lib/pipeline/results/container-log.ts';
import { CONTAINERS } from '../../../../lib/storage/blobs.ts';
import { UnitWorld } from '../unit-world.ts';

const GROUP = GroupName.parse('pw-scan-1-2');
const KEPT = '20261123T020000Z-7f3a/scan-1';

/** A job in its second attempt, whose containers printed this. */
async function setUp(printed: string | undefined, group: GroupName | undefined = GROUP) {
  const world = new UnitWorld();
  await world.addRun();
  const held = await world.holdJob({ id: 'scan-1', kind: 'scan', attempt: 2, group });
  const asked: string[] = [];
  world.groups.logs = async (name, container) => {
    asked.push(`${name} ${container}`);
    return printed;
  };
  const read = async (name: string) => {
    const blob = await world.blobs.read(CONTAINERS.reports, name, 1_000_000);
    return blob.found ? Buffer.from(blob.bytes).toString() : undefined;
  };
  return { world, held, asked, read };
}

describe('keepContainerLog', () => {
  it.each([
    ['worker', '2'],
    ['image-1', '2-image-1'],
  ])('keeps the log of the container %s as %s.log', async (container, file) => {
    const { world, held, asked, read } = await setUp('hello');

    const name = await keepContainerLog(world.services, held, container);

    expect(name).toBe(`${KEPT}/${file}.log`);
    expect(await read(`${KEPT}/${file}.log`)).toBe('hello');
    expect(asked).toEqual([`${GROUP} ${container}`]);
  });

  it('keeps the last 64 KiB', async () => {
    const { world, held, read } = await setUp(`start${'x'.repeat(64 * 1024 - 3)}end`);

    await keepContainerLog(world.services, held, 'worker');

    expect(await read(`${KEPT}/2.log`)).toBe(`${'x'.repeat(64 * 1024 - 3)}end`);
  });

  it('masks credentials that a program of the image printed', async () => {
    const { world, held, read } = await setUp('GET http://user:hunter2@mirror.test/ failed');

    await keepContainerLog(world.services, held, 'worker');

    expect(await read(`${KEPT}/2.log`)).toMatch(/^GET http.*mirror\.test\/ failed$/);
    expect(await read(`${KEPT}/2.log`)).not.toContain('hunter2');
  });

  it('keeps nothing if ARM has no log', async () => {
    const { world, held } = await setUp(undefined);

    expect(await keepContainerLog(world.services, held, 'worker')).toBeUndefined();
    expect(world.log).toEqual([]);
  });

  it('asks for no log of a job without a group', async () => {
    const { world, held, asked } = await setUp('hello', undefined);
    await held.save({ group: undefined });

    expect(await keepContainerLog(world.services, held, 'worker')).toBeUndefined();
    expect(asked).toEqual([]);
  });

  it('warns and goes on without the log if ARM fails', async () => {
    const { world, held } = await setUp('hello');
    world.groups.logs = () => Promise.reject(new Error('503'));

    expect(await keepContainerLog(world.services, held, 'worker')).toBeUndefined();
    expect(world.logged('log not kept')).toEqual([{ group: GROUP, detail: '503' }]);
  });

  it('stores nothing after the lease expired', async () => {
    const { world, held, read } = await setUp('hello');
    world.clock.advance({ seconds: world.services.options.leaseSeconds });

    await expect(keepContainerLog(world.services, held, 'worker')).rejects.toThrow(LeaseLost);
    expect(await read(`${KEPT}/2.log`)).toBeUndefined();
  });
});

it('sharedLog asks for the log once, and only if it is needed', async () => {
  const { world, held, asked } = await setUp('hello');

  const keep = sharedLog(world.services, held);
  expect(asked).toEqual([]);
  expect([await keep(), await keep()]).toEqual([`${KEPT}/2.log`, `${KEPT}/2.log`]);
  expect(asked).toEqual([`${GROUP} worker`]);
});
