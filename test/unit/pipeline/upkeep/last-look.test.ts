import { describe, expect, it } from 'vitest';
import { digestOf } from '../../../../lib/image/digest.ts';
import { lastLook } from '../../../../lib/pipeline/upkeep/last-look.ts';
import { TABLES } from '../../../../lib/storage/tables.ts';
import { target } from '../run/run-samples.ts';
import { UnitWorld } from '../unit-world.ts';

const NOW = new Date('2026-11-23T02:00:00Z');
const hoursAgo = (hours: number) => new Date(NOW.getTime() - hours * 3_600_000);

async function ended(hours: number, state: 'completed' | 'failed' = 'completed') {
  const world = new UnitWorld();
  const run = await world.addRun({
    state,
    detail: 'no database',
    finishedAt: hoursAgo(hours),
    lastLookAt: NOW,
    targets: 1,
  });
  return { world, run, look: async () => lastLook(world.services, await world.runAt(run.id)) };
}

describe('the last look', () => {
  it('closes a run of which nothing is left, and counts its targets', async () => {
    const { world, run, look } = await ended(2);
    await world.addTargets(
      target('a', 'v1', { state: 'patched' }),
      target('a', 'v2', { state: 'clean' }),
    );

    await look();

    expect(await world.runAt(run.id)).toMatchObject({
      targets: 2,
      patched: 1,
      clean: 1,
      active: 0,
    });
    expect((await world.runAt(run.id)).lastLookAt).toBeUndefined();
  });

  it.each([
    ['completed', { state: 'skipped', reason: 'run-over' }],
    ['failed', { state: 'failed', reason: 'internal-error' }],
  ] as const)('ends stray targets of a run that %s, and looks again', async (state, outcome) => {
    const { world, run, look } = await ended(2, state);
    const [stray] = await world.addTargets(target('a', 'v1', { state: 'scanning' }));
    if (stray === undefined) throw new Error('no target');

    await look();

    expect(await world.targetAt(stray)).toMatchObject(outcome);
    expect((await world.runAt(run.id)).lastLookAt).toBeDefined();
    await look();
    expect((await world.runAt(run.id)).lastLookAt).toBeUndefined();
  });

  it('ends live jobs', async () => {
    const { world, run, look } = await ended(2, 'failed');
    const job = {
      id: 'scan-1',
      runId: run.id,
      kind: 'scan',
      targets: ['a'],
      createdAt: NOW,
    } as const;
    await world.addRunningJob(job);

    await look();

    expect(await world.jobAt(job)).toMatchObject({ state: 'run-over' });
  });

  it('counts the container groups of a run that failed', async () => {
    const { world, run, look } = await ended(2, 'failed');
    const job = { runId: run.id, kind: 'scan', targets: ['a'], createdAt: NOW } as const;
    const used = { groups: 1, groupSeconds: 60, vcpuSeconds: 120, gbSeconds: 240 };
    await world.addRunningJob({ ...job, id: 'scan-1' }, used);

    await look();
    await look();

    expect(await world.runAt(run.id)).toMatchObject({
      groups: 1,
      unseenGroups: 1,
      scanSeconds: 60,
      vcpuSeconds: 120,
    });
  });

  it('releases the images of ended targets whose job could not do it any more', async () => {
    const { world, run, look } = await ended(2, 'failed');
    const published = target('a', 'v1', { state: 'patched' });
    await world.addTargets(published);
    const { repository, sourceDigest: digest = digestOf('none') } = published;
    await world.services.inventory.claim({ repository, digest }, run, {
      now: NOW,
      over: new Set(),
    });
    await world.services.jobs.add({
      id: 'publish-1',
      runId: run.id,
      kind: 'publish',
      targets: [published.id],
      createdAt: NOW,
    });

    await look();

    const image = await world.services.inventory.findImage({ repository, digest });
    expect(image?.claimedBy).toBe('');
  });

  it('empties the staging of its jobs', async () => {
    const { world, run, look } = await ended(2);
    const [name] = (await world.addTargets(target('team/api', 'v1'))).map(
      ({ repository }) => repository,
    );
    await world.services.jobs.add({
      id: 'patch-1',
      runId: run.id,
      kind: 'patch',
      repositories: name === undefined ? [] : [name],
      targets: ['a'],
      createdAt: NOW,
    });
    await world.push('patchwright/staging/team/api', 'patch-1-1-image-0');

    await look();

    expect(world.digests('patchwright/staging/team/api')).toEqual([]);
  });

  it('is closed after a day even if something is left', async () => {
    const before = await ended(23.9);
    const after = await ended(24.1);
    for (const { world, look } of [before, after]) {
      await world.addTargets(target('a', 'v1', { state: 'scanning' }));
      await look();
    }

    expect((await before.world.runAt(before.run.id)).lastLookAt).toBeDefined();
    expect((await after.world.runAt(after.run.id)).lastLookAt).toBeUndefined();
  });

  it('does not count anew if a row cannot be read, or targets are missing', async () => {
    const unreadable = await ended(2);
    await unreadable.world.addTargets(target('a', 'v1', { state: 'clean' }));
    await unreadable.world.tables.insert(TABLES.targets, {
      partitionKey: unreadable.run.id,
      rowKey: 'odd',
      a: 'b',
    });
    const missing = await ended(2);
    for (const { look } of [unreadable, missing]) await look();

    expect(await unreadable.world.runAt(unreadable.run.id)).toMatchObject({ targets: 1, clean: 0 });
    expect(unreadable.world.logged('unreadable row skipped')).toHaveLength(1);
    expect(await missing.world.runAt(missing.run.id)).toMatchObject({ targets: 1 });
  });
});
