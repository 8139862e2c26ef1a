import { describe, expect, it } from 'vitest';
import { RepositoryName } from '../../../../lib/image/reference.ts';
import { NO_LEASE } from '../../../../lib/pipeline/lease.ts';
import type { Target } from '../../../../lib/pipeline/records/target.ts';
import { endTargets, joinPatched } from '../../../../lib/pipeline/run/end-targets.ts';
import { UnitWorld } from '../unit-world.ts';
import { target } from './run-samples.ts';

const STAGING = 'patchwright/staging/a';
const OUTCOME = { state: 'failed', reason: 'run-deadline' } as const;

/** A target whose image is claimed and whose patch is staged. */
async function stagedTarget() {
  const world = new UnitWorld();
  const run = await world.addRun();
  const staged = await world.push(STAGING, 'annotated');
  const one = target('a', 'v1', {
    state: 'verifying',
    stagedRepository: RepositoryName.parse(STAGING),
    staged,
  });
  const image = { repository: one.repository, digest: one.sourceDigest ?? staged };
  await world.services.inventory.claim(image, run, { now: world.clock.now(), over: new Set() });
  const [stored] = await world.addTargets(one);
  if (stored === undefined) throw new Error('no target');
  const end = (others: readonly Target[] = []) =>
    endTargets(world.services, [stored], () => OUTCOME, { others, lease: NO_LEASE });
  const claim = async () => (await world.services.inventory.findImage(image))?.claimedBy;
  return { world, stored, end, claim };
}

describe('endTargets', () => {
  it('deletes the staged patch, releases the image, and ends the target', async () => {
    const { world, stored, end, claim } = await stagedTarget();

    expect(await end()).toBe(false);

    expect(world.digests(STAGING)).toEqual([]);
    expect(await claim()).toBe('');
    expect(await world.targetAt(stored)).toMatchObject(OUTCOME);
  });

  it('keeps the patch and the claim of an image that another tag needs', async () => {
    const { world, stored, end, claim } = await stagedTarget();

    await end([{ ...stored, id: 'another tag' }]);

    expect(world.digests(STAGING)).toHaveLength(1);
    expect(await claim()).toBe(stored.runId);
    expect(await world.targetAt(stored)).toMatchObject(OUTCOME);
  });

  it('ends 500 targets at a time, and says that more are left', async () => {
    const world = new UnitWorld();
    const ended: string[] = [];
    world.services.targets.finish = async ({ id }) => {
      ended.push(id);
      return undefined;
    };
    const many = Array.from({ length: 501 }, (_, at) => target('a', `v${at}`));

    const rest = await endTargets(world.services, many, () => OUTCOME, {
      others: [],
      lease: NO_LEASE,
    });

    expect(rest).toBe(true);
    expect(ended).toHaveLength(500);
  });
});

describe('joinPatched', () => {
  it('verifies the patch of the other tag again', async () => {
    const world = new UnitWorld();
    const [behind] = await world.addTargets(target('a', 'v2', { state: 'patching', job: 'gone' }));
    if (behind === undefined) throw new Error('no target');
    const patchDigest = await world.push('a', 'v1-1');

    await joinPatched(world.services, behind, target('a', 'v1', { state: 'patched', patchDigest }));

    expect(await world.targetAt(behind)).toMatchObject({
      state: 'verifying',
      job: '',
      stagedRepository: 'a',
      staged: patchDigest,
    });
  });

  it('throws if the other tag has no patch', async () => {
    const world = new UnitWorld();
    const patched = target('a', 'v1', { state: 'patched' });

    await expect(joinPatched(world.services, target('a', 'v2'), patched)).rejects.toThrow(
      'no patch digest',
    );
  });
});
