import { describe, expect, it } from 'vitest';
import { RunId } from '../../../../lib/pipeline/records/run-id.ts';
import type { Target } from '../../../../lib/pipeline/records/target.ts';
import { admitJob, dropJob, makeJob } from '../../../../lib/pipeline/run/admit-jobs.ts';
import type { PlannedJob } from '../../../../lib/pipeline/run/group-into-jobs.ts';
import type { Stored } from '../../../../lib/pipeline/stores/stored.ts';
import { UnitWorld } from '../unit-world.ts';
import { target } from './run-samples.ts';

async function made(
  kind: PlannedJob['kind'],
  targets: readonly Target[],
  behind: readonly Stored<Target>[] = [],
  world = new UnitWorld(),
) {
  const run = await world.addRun();
  const stored = await world.addTargets(...targets);
  await makeJob(world.services, run, { kind, targets: stored, behind });
  return { world, run, jobs: await world.jobs(run.id) };
}

describe('makeJob', () => {
  it('claims the images of a scan, and gives the job to its targets', async () => {
    const queued = target('a', 'v1');
    const { world, jobs } = await made('scan', [queued]);
    const digest = queued.sourceDigest;
    if (digest === undefined) throw new Error('no source');

    expect(jobs).toMatchObject([{ kind: 'scan', state: 'waiting', targets: [queued.id] }]);
    expect(await world.targetAt(queued)).toMatchObject({
      state: 'scanning',
      job: jobs[0]?.id,
      round: 1,
    });
    const image = await world.services.inventory.findImage({
      repository: queued.repository,
      digest,
    });
    expect(image?.claimedBy).toBe(queued.runId);
  });

  it('keeps a target queued whose image another run has claimed, and names that run', async () => {
    const world = new UnitWorld();
    const [held, free] = [target('a', 'v1'), target('b', 'v1')];
    const other = { id: RunId.parse('20261123T010000Z-0000'), deadline: new Date('2026-11-24') };
    const { repository, sourceDigest: digest } = held;
    if (digest === undefined) throw new Error('no source');
    await world.services.inventory.claim({ repository, digest }, other, {
      now: world.clock.now(),
      over: new Set(),
    });

    const { jobs } = await made('scan', [held, free], [], world);

    expect(jobs).toMatchObject([{ targets: [free.id] }]);
    expect(await world.targetAt(held)).toMatchObject({ state: 'queued', heldBy: other.id });
  });

  it('makes no job without a target', async () => {
    expect((await made('patch', [])).jobs).toEqual([]);
  });

  it('names the repositories of a patch, and the one of a publication', async () => {
    const patching = ['a', 'b'].map((name) => target(name, 'v1', { state: 'patching' }));
    const publishing = target('a', 'v2', { state: 'publishing' });

    expect((await made('patch', patching)).jobs).toMatchObject([{ repositories: ['a', 'b'] }]);
    expect((await made('publish', [publishing])).jobs).toMatchObject([{ repository: 'a' }]);
  });

  it('lists the tags of its images that are in an earlier state', async () => {
    const [patching, behind] = [target('a', 'v1', { state: 'patching' }), target('a', 'v2')];

    const { world, jobs } = await made('patch', [patching], [behind]);

    expect(jobs[0]?.targets).toEqual([patching.id, behind.id]);
    expect(await world.targetAt(patching)).toMatchObject({ state: 'patching', job: jobs[0]?.id });
  });

  it('makes the same job again after a crash', async () => {
    const { world, run, jobs } = await made('patch', [target('a', 'v1', { state: 'patching' })]);
    const again = await made('patch', [target('a', 'v1', { state: 'patching' })]);

    expect(again.jobs.map(({ id }) => id)).toEqual(jobs.map(({ id }) => id));
    expect(await world.jobs(run.id)).toHaveLength(1);
  });
});

it('admits a job and sends its first step, once', async () => {
  const { world, run, jobs } = await made('scan', [target('a', 'v1')]);
  const waiting = await world.jobAt({ runId: run.id, id: jobs[0]?.id ?? '' });

  await admitJob(world.services, waiting);
  await admitJob(world.services, waiting);

  expect(await world.jobAt(waiting)).toMatchObject({ state: 'ready' });
  expect(world.messages()).toEqual([{ runId: run.id, jobId: waiting.id, wake: 0 }]);
});

it('drops a job that never started', async () => {
  const { world, run, jobs } = await made('scan', [target('a', 'v1')]);
  const waiting = await world.jobAt({ runId: run.id, id: jobs[0]?.id ?? '' });

  await dropJob(world.services, waiting);

  expect(await world.jobAt(waiting)).toMatchObject({ state: 'dropped' });
  expect(world.messages()).toEqual([]);
});
