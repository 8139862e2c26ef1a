import { describe, expect, it } from 'vitest';
import type { GroupRefusal } from '../../../../lib/containers/container-groups.ts';
import { launchJob } from '../../../../lib/pipeline/job/launch-job.ts';
import { LeaseLost } from '../../../../lib/pipeline/lease.ts';
import type { Job } from '../../../../lib/pipeline/records/job.ts';
import type { Run } from '../../../../lib/pipeline/records/run.ts';
import { target } from '../run/run-samples.ts';
import { UnitWorld } from '../unit-world.ts';

const API = target('team/api', 'v1', { state: 'scanning' });
const FAULT = {
  builderCall: 'chroot',
  builderErrno: 'EPERM',
  builderDetail: 'no chroot',
  builderSetting: 'standard',
} as const;

/** A job that is ready, in a run whose deadline is in the future. */
async function readyJob(job: Partial<Job> = {}, run: Partial<Run> = {}) {
  const world = new UnitWorld({ pipeline: { pollSeconds: 15 } });
  await world.addRun({ databaseDigest: await world.push('patchwright/trivy-db', '2'), ...run });
  const kind = job.kind ?? 'scan';
  const held = await world.holdJob({ id: `${kind}-00`, state: 'ready', ...job, kind }, [
    kind === 'patch' ? { ...API, state: 'patching', fingerprint: 'f' } : API,
  ]);
  return { world, held, launch: () => launchJob(world.services, held) };
}

function refuse(world: UnitWorld, refusal: GroupRefusal, retryAfterSeconds?: number): void {
  world.groups.create = async () => ({
    ok: false,
    refusal,
    detail: `refused: ${refusal}`,
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
  });
}

describe('launchJob', () => {
  it('persists the name of the group before it creates the group', async () => {
    const { world, held, launch } = await readyJob();
    const { create } = world.groups;
    let persisted: Job | undefined;
    world.groups.create = async (spec) => {
      persisted = await world.jobAt(held.job);
      return create.call(world.groups, spec);
    };

    expect(await launch()).toMatchObject({ changes: { state: 'running' }, delaySeconds: 15 });

    expect(persisted).toMatchObject({ state: 'launching', attempt: 1, group: 'pw-scan-00-1' });
    expect(persisted?.deadline).toEqual(new Date('2026-11-23T02:40:00Z'));
    expect(world.groups.creations().map(({ spec }) => spec.name)).toEqual(['pw-scan-00-1']);
  });

  it('persists what the containers of the group have together', async () => {
    const { held, launch } = await readyJob();

    await launch();

    expect(held.job).toMatchObject({ vcpu: 2, memoryGb: 4, confidential: false });
  });

  it('creates nothing if the lease is lost meanwhile', async () => {
    const { world, launch } = await readyJob();
    const { mintToken } = world.registry;
    world.registry.mintToken = async (scopes) => {
      world.clock.advance({ seconds: 901 });
      return mintToken.call(world.registry, scopes);
    };

    await expect(launch()).rejects.toThrow(LeaseLost);
    expect(world.groups.creations()).toEqual([]);
  });

  it('is done if no target is left', async () => {
    const { world, held, launch } = await readyJob();
    await world.services.targets.finish(await world.targetAt(API), 'failed', {
      reason: 'timeout',
      finishedAt: world.clock.now(),
    });

    expect(await launch()).toMatchObject({ changes: { state: 'done' } });
    expect(held.job.attempt).toBe(0);
    expect(world.groups.creations()).toEqual([]);
  });

  it.each([
    [{}, 'run-deadline'],
    [{ refused: true, detail: 'QuotaReached' }, 'quota'],
    [{ refused: true, networkNotReady: false }, 'quota'],
    [{ refused: true, networkNotReady: true }, 'network-not-ready'],
  ] as const)('ends its targets after the deadline of the run: %j', async (job, reason) => {
    const { world, launch } = await readyJob(job, { deadline: new Date('2026-11-23T02:00:00Z') });

    expect(await launch()).toMatchObject({ changes: { state: 'lost', reason } });
    expect(await world.targetAt(API)).toMatchObject({ state: 'failed', reason });
  });

  it('ends a patch job if the run knows that no builder works', async () => {
    const { world, launch } = await readyJob({ kind: 'patch' }, FAULT);

    expect(await launch()).toMatchObject({ changes: { state: 'done' } });
    expect(await world.targetAt(API)).toMatchObject({
      state: 'failed',
      reason: 'no-builder',
      detail: 'no chroot',
    });
  });

  it('does not need a builder for a scan', async () => {
    const { launch } = await readyJob({}, FAULT);

    expect(await launch()).toMatchObject({ changes: { state: 'running' } });
  });

  it('waits while Azure holds back all groups, spread by its id', async () => {
    const { world, launch } = await readyJob({ id: 'scan-0f' });
    await world.services.throttle.holdUntil(new Date('2026-11-23T02:01:00Z'));

    expect(await launch()).toEqual({ changes: {}, delaySeconds: 60 + 15 });
    expect(world.groups.creations()).toEqual([]);
  });

  it('gives up after five groups that Azure did not provision', async () => {
    const fourth = await readyJob({ attempt: 4 });
    expect(await fourth.launch()).toMatchObject({ changes: { state: 'running' } });

    const fifth = await readyJob({ attempt: 5, detail: 'InaccessibleImage' });
    expect(await fifth.launch()).toMatchObject({
      changes: {
        state: 'lost',
        reason: 'group-lost',
        detail: expect.stringMatching(/: InaccessibleImage$/),
      },
    });
  });
});

describe('a refused group', () => {
  it.each(['configuration', 'too-large'] as const)(
    'is no attempt of the job that ends because of it: %s',
    async (refusal) => {
      const { world, launch } = await readyJob();
      refuse(world, refusal, undefined);

      expect(await launch()).toMatchObject({ changes: { state: 'lost', attempt: 0 } });
    },
  );

  it.each([
    ['throttled', true],
    ['capacity', false],
  ] as const)('that is %s after a subnet that was not ready: %s', async (refusal, stays) => {
    const { world, launch } = await readyJob({ networkNotReady: true });
    refuse(world, refusal, undefined);

    expect(await launch()).toMatchObject({ changes: { networkNotReady: stays } });
  });

  it.each([
    ['quota', undefined, 120],
    ['network', undefined, 60],
    ['throttled', undefined, 30],
    ['throttled', 50, 50],
    ['throttled', 9999, 900],
  ] as const)(
    'holds back all jobs after %s, asked to wait %s s',
    async (refusal, asked, seconds) => {
      const { world, launch } = await readyJob();
      refuse(world, refusal, asked);

      expect(await launch()).toEqual({
        changes: {
          state: 'ready',
          attempt: 0,
          refused: true,
          networkNotReady: refusal === 'network',
          detail: `refused: ${refusal}`,
        },
        delaySeconds: seconds,
      });
      expect(await world.services.throttle.hold(world.clock.now())).toEqual({
        until: new Date(world.clock.now().getTime() + seconds * 1000),
        reason: { refusal, detail: `refused: ${refusal}` },
      });
    },
  );

  it('is retried under the same name while a role may still take effect', async () => {
    const { world, launch } = await readyJob({ errors: 2 });
    refuse(world, 'unauthorized');

    // Taking the lease counts the step as failed until it ends.
    expect(await launch()).toEqual({
      changes: {
        ...{ state: 'ready', attempt: 0, networkNotReady: false },
        ...{ errors: 3, detail: 'refused: unauthorized' },
      },
      delaySeconds: 15 * 2 ** 3,
    });
  });

  it('says no more that the quota or the subnet refused it once a group was started', async () => {
    const { launch } = await readyJob({ refused: true, networkNotReady: true });

    expect(await launch()).toMatchObject({
      changes: { state: 'running', refused: false, networkNotReady: false },
    });
  });

  it.each([
    ['unauthorized', 7, 'unauthorized'],
    ['image-pull', 3, 'configuration'],
    ['configuration', 0, 'configuration'],
  ] as const)('ends the job after %s and %d errors', async (refusal, errors, reason) => {
    const { world, launch } = await readyJob({ errors });
    refuse(world, refusal);

    expect(await launch()).toMatchObject({ changes: { state: 'lost', reason } });
    expect(await world.targetAt(API)).toMatchObject({ state: 'failed', reason });
  });

  it.each(['transitioning', 'unavailable'] as const)(
    'may exist after %s, so the next step looks for it',
    async (refusal) => {
      const { world, launch } = await readyJob();
      refuse(world, refusal);

      expect(await launch()).toEqual({ changes: {}, delaySeconds: 15 });
    },
  );
});
