import { describe, expect, it } from 'vitest';
import { GroupName } from '../../../../lib/containers/container-groups.ts';
import { RepositoryName } from '../../../../lib/image/reference.ts';
import { clearJob } from '../../../../lib/pipeline/job/clear-job.ts';
import { LeaseLost } from '../../../../lib/pipeline/lease.ts';
import type { TargetState } from '../../../../lib/pipeline/records/target-states.ts';
import { target } from '../run/run-samples.ts';
import { UnitWorld } from '../unit-world.ts';

const GROUP = GroupName.parse('pw-patch-1-1');
const API = RepositoryName.parse('team/api');
const STAGING = 'patchwright/staging/team/api';

/** A patch job of two tags of one image, whose patch is staged. */
async function patchJob(...states: readonly TargetState[]) {
  const world = new UnitWorld();
  const run = await world.addRun();
  const pushed = await world.push(STAGING, 'patch-1-1-image-0');
  const staged = await world.push(STAGING, 'annotated-patch-1-1-abc');
  const targets = states.map((state, at) =>
    target('team/api', `v${at}`, {
      state,
      fingerprint: 'f',
      sourceDigest: pushed,
      stagedRepository: RepositoryName.parse(STAGING),
      staged,
    }),
  );
  const image = { repository: API, digest: pushed };
  await world.services.inventory.claim(image, run, { now: world.clock.now(), over: new Set() });
  const held = await world.holdJob(
    { id: 'patch-1', kind: 'patch', group: GROUP, repositories: [API] },
    targets,
  );
  const deleted: string[] = [];
  world.groups.delete = async (name) => {
    deleted.push(name);
    return { ok: true };
  };
  const claim = async () => (await world.services.inventory.findImage(image))?.claimedBy;
  return { world, held, staged, deleted, claim, clear: () => clearJob(world.services, held) };
}

describe('clearJob', () => {
  it('deletes the patches and the group, and releases the image, if all its targets have ended', async () => {
    const { world, deleted, claim, clear } = await patchJob('failed', 'rejected');

    await clear();

    expect(world.digests(STAGING)).toEqual([]);
    expect(await claim()).toBe('');
    expect(deleted).toEqual([GROUP]);
  });

  it('keeps the annotated patch and the claim while a target goes on', async () => {
    const { world, staged, deleted, claim, held, clear } = await patchJob('failed', 'verifying');

    await clear();

    expect(world.digests(STAGING)).toEqual([staged]);
    expect(await claim()).toBe(held.job.runId);
    expect(deleted).toEqual([GROUP]);
  });

  it('may be repeated', async () => {
    const { world, clear } = await patchJob('failed');

    await clear();
    await clear();

    expect(world.digests(STAGING)).toEqual([]);
  });

  it('deletes nothing without the lease', async () => {
    const { world, deleted, clear } = await patchJob('failed');
    world.clock.advance({ seconds: 901 });

    await expect(clear()).rejects.toThrow(LeaseLost);

    expect(world.digests(STAGING)).toHaveLength(2);
    expect(deleted).toEqual([]);
  });
});
