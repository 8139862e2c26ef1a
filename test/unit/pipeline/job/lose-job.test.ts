import { describe, expect, it } from 'vitest';
import { GroupName } from '../../../../lib/containers/container-groups.ts';
import { cancelJob, loseImage, loseJob } from '../../../../lib/pipeline/job/lose-job.ts';
import type { Job } from '../../../../lib/pipeline/records/job.ts';
import { bySource } from '../../../../lib/pipeline/targets/job-targets.ts';
import { RegistryError } from '../../../../lib/registry/registry.ts';
import { target } from '../run/run-samples.ts';
import { UnitWorld } from '../unit-world.ts';

const WHY = { reason: 'group-lost', detail: 'it\u001b[31m ended' } as const;
const GROUP = GroupName.parse('pw-scan-1-1');

async function setUp(attempts: number, job: Partial<Job> = {}) {
  const world = new UnitWorld();
  await world.addRun();
  const one = target('a', 'v1', { state: 'scanning', attempts });
  const held = await world.holdJob({ id: 'scan-1', kind: 'scan', group: GROUP, ...job }, [one]);
  return { world, held, now: () => world.targetAt(one) };
}

describe('loseJob', () => {
  it('hands its targets back to the tick, and counts the attempt', async () => {
    const { world, held, now } = await setUp(0);

    const end = await loseJob(world.services, held, WHY);

    expect(await now()).toMatchObject({ state: 'scanning', job: '', attempts: 1 });
    expect(end).toMatchObject({
      changes: { state: 'lost', reason: 'group-lost', detail: 'it ended' },
      delaySeconds: 0,
    });
  });

  it.each([
    ['have lost their third attempt', 2, false],
    ['would end the same way again', 0, true],
  ])('ends targets that %s', async (_, attempts, final) => {
    const { world, held, now } = await setUp(attempts);

    await loseJob(world.services, held, { ...WHY, final });

    expect(await now()).toMatchObject({ state: 'failed', reason: 'group-lost' });
  });

  it('deletes its group', async () => {
    const { world, held } = await setUp(0);
    const deleted: string[] = [];
    world.groups.delete = async (name) => {
      deleted.push(name);
      return { ok: true };
    };

    await loseJob(world.services, held, WHY);

    expect(deleted).toEqual([GROUP]);
  });

  it.each([
    [11, true],
    [12, false],
  ])('fails if it cannot clear up, but not forever: %d errors, %s', async (errors, fails) => {
    const { world, held } = await setUp(0, { errors });
    world.groups.delete = async () => Promise.reject(new Error('down'));

    const losing = loseJob(world.services, held, WHY);

    if (fails) await expect(losing).rejects.toThrow('down');
    else expect(await losing).toMatchObject({ changes: { state: 'lost' } });
  });

  it('does not end a published target as failed because its referrers are missing', async () => {
    const world = new UnitWorld();
    await world.addRun();
    const staged = await world.push('a', 'v1-1');
    const published = target('a', 'v1', { state: 'publishing', attempts: 2, staged });
    const patchTag = (await world.registry.listTags(published.repository))?.tags[0]?.tag;
    const held = await world.holdJob({ id: 'publish-1', kind: 'publish', state: 'ready' }, [
      { ...published, ...(patchTag && { patchTag }) },
    ]);

    await loseJob(world.services, held, { reason: 'registry-error', detail: '503' });

    expect(await world.targetAt(published)).toMatchObject({
      state: 'patched',
      patchDigest: staged,
      detail: expect.stringContaining('its referrers are not complete: 503'),
    });
  });

  it('ends a target as failed if the registry never tells whether it is published', async () => {
    const world = new UnitWorld();
    await world.addRun();
    const staged = await world.push('a', 'v1-1');
    const patchTag = (await world.registry.listTags(target('a', 'v1').repository))?.tags[0]?.tag;
    const published = target('a', 'v1', { state: 'publishing', attempts: 2, staged });
    const job = { id: 'publish-1', kind: 'publish', state: 'ready', errors: 12 } as const;
    const held = await world.holdJob(job, [{ ...published, ...(patchTag && { patchTag }) }]);
    const down = async () => Promise.reject(new RegistryError('unavailable', '503'));
    Object.assign(world.registry, { manifest: down, tag: down });

    await loseJob(world.services, held, { reason: 'registry-error', detail: '503' });

    expect(await world.targetAt(published)).toMatchObject({ state: 'failed' });
  });
});

it('loses one image, whose other targets go on', async () => {
  const world = new UnitWorld();
  await world.addRun();
  const [one, other] = ['a', 'b'].map((name) => target(name, 'v1', { state: 'patching' }));
  if (one === undefined || other === undefined) throw new Error('no targets');
  const held = await world.holdJob({ id: 'patch-1', kind: 'patch', group: GROUP }, [one, other]);
  const [image] = bySource([await world.targetAt(one)]);
  if (image === undefined) throw new Error('no image');

  await loseImage(world.services, held, image, WHY);

  expect(await world.targetAt(one)).toMatchObject({ job: '', attempts: 1 });
  expect(await world.targetAt(other)).toMatchObject({ job: 'patch-1', attempts: 0 });
});

it('ends the targets of a canceled job', async () => {
  const { world, held, now } = await setUp(0);

  expect(await cancelJob(world.services, held)).toMatchObject({ changes: { state: 'canceled' } });
  expect(await now()).toMatchObject({ state: 'canceled', reason: 'canceled' });
});
