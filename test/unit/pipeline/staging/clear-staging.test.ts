import { describe, expect, it } from 'vitest';
import { RepositoryName } from '../../../../lib/image/reference.ts';
import { LeaseLost, NO_LEASE } from '../../../../lib/pipeline/lease.ts';
import {
  clearJobStaging,
  clearRunStaging,
  clearTargetStaging,
} from '../../../../lib/pipeline/staging/clear-staging.ts';
import { RegistryError } from '../../../../lib/registry/registry.ts';
import { job, target } from '../run/run-samples.ts';
import { UnitWorld } from '../unit-world.ts';

const API = RepositoryName.parse('team/api');
const STAGING = 'patchwright/staging/team/api';
const LOST = {
  assertHeld: () => {
    throw new LeaseLost();
  },
};

async function stagedWorld() {
  const world = new UnitWorld();
  return {
    world,
    pushed: await world.push(STAGING, 'patch-1-1-image-0'),
    annotated: await world.push(STAGING, 'annotated-patch-1-1-abc'),
    ofOther: await world.push(STAGING, 'patch-2-1-image-0'),
  };
}

describe('clearJobStaging', () => {
  it('deletes what the groups of the job pushed, and keeps the annotated patch', async () => {
    const { world, annotated, ofOther } = await stagedWorld();

    await clearJobStaging(world.services, API, ['patch-1'], { stage: 'pushed', lease: NO_LEASE });

    expect(world.digests(STAGING)).toEqual([annotated, ofOther]);
  });

  it('deletes the annotated patches too in the stage `all`', async () => {
    const { world, ofOther } = await stagedWorld();

    await clearJobStaging(world.services, API, ['patch-1'], { stage: 'all', lease: NO_LEASE });

    expect(world.digests(STAGING)).toEqual([ofOther]);
  });

  it('deletes nothing if the lease is lost', async () => {
    const { world } = await stagedWorld();

    const clearing = clearJobStaging(world.services, API, ['patch-1'], {
      stage: 'all',
      lease: LOST,
    });

    await expect(clearing).rejects.toThrow(LeaseLost);
    expect(world.digests(STAGING)).toHaveLength(3);
  });

  it('leaves a failure of the registry to the last look', async () => {
    const { world } = await stagedWorld();
    world.registry.deleteManifest = async () => Promise.reject(new RegistryError('denied', 'no'));

    await clearJobStaging(world.services, API, ['patch-1'], { stage: 'all', lease: NO_LEASE });

    expect(world.logged('staging not cleared')).toEqual([{ repository: STAGING, code: 'denied' }]);
  });

  it('does nothing if there is no such repository', async () => {
    const world = new UnitWorld();

    await clearJobStaging(world.services, API, ['patch-1'], { stage: 'all', lease: LOST });

    expect(world.log).toEqual([]);
  });
});

it('clears every repository of the jobs of a run', async () => {
  const { world, ofOther } = await stagedWorld();
  const web = RepositoryName.parse('team/web');
  await world.push('patchwright/staging/team/web', 'patch-1-2-image-1');
  await world.push('patchwright/staging/team/web', 'annotated-patch-3-1-abc');
  const jobs = [
    job('patch-1', { repositories: [API, web] }),
    job('patch-3', { repositories: [web] }),
    job('scan-1'),
  ];

  await clearRunStaging(world.services, jobs, NO_LEASE);

  expect(world.digests(STAGING)).toEqual([ofOther]);
  expect(world.digests('patchwright/staging/team/web')).toEqual([]);
});

describe('clearTargetStaging', () => {
  it('deletes the annotated patch of the target', async () => {
    const { world, pushed, annotated, ofOther } = await stagedWorld();
    const staged = { stagedRepository: RepositoryName.parse(STAGING), staged: annotated };

    await clearTargetStaging(world.services, target('team/api', 'v1', staged), NO_LEASE);

    expect(world.digests(STAGING)).toEqual([pushed, ofOther]);
  });

  it('keeps a published patch that was verified again', async () => {
    const world = new UnitWorld();
    const staged = await world.push('team/api', 'v1-1');

    await clearTargetStaging(
      world.services,
      target('team/api', 'v1', { stagedRepository: API, staged }),
      NO_LEASE,
    );

    expect(world.digests('team/api')).toEqual([staged]);
  });

  it('does nothing without a patch, and nothing without the lease', async () => {
    const { world, annotated } = await stagedWorld();
    const staged = { stagedRepository: RepositoryName.parse(STAGING), staged: annotated };

    await clearTargetStaging(world.services, target('team/api', 'v1'), LOST);
    const clearing = clearTargetStaging(world.services, target('team/api', 'v1', staged), LOST);

    await expect(clearing).rejects.toThrow(LeaseLost);
    expect(world.digests(STAGING)).toHaveLength(3);
  });

  it('throws any failure that is not the registry’s', async () => {
    const { world, annotated } = await stagedWorld();
    world.registry.deleteManifest = async () => Promise.reject(new TypeError('a bug'));
    const staged = { stagedRepository: RepositoryName.parse(STAGING), staged: annotated };

    const clearing = clearTargetStaging(world.services, target('team/api', 'v1', staged), NO_LEASE);

    await expect(clearing).rejects.toThrow('a bug');
  });
});
