import { describe, expect, it } from 'vitest';
import { stepJob } from '../../../../lib/pipeline/job/step-job.ts';
import type { Job } from '../../../../lib/pipeline/records/job.ts';
import type { Run } from '../../../../lib/pipeline/records/run.ts';
import { StorageError } from '../../../../lib/storage/storage-error.ts';
import { target } from '../run/run-samples.ts';
import { UnitWorld } from '../unit-world.ts';

const SCANNING = target('a', 'v1', { state: 'scanning' });
const POLL = 15;

/** A job that is due. */
async function setUp(job: Partial<Job> = {}, run: Partial<Run> = {}) {
  const world = new UnitWorld({ pipeline: { pollSeconds: POLL } });
  const database = await world.push('patchwright/trivy-db', '2');
  const { id: runId } = await world.addRun({ databaseDigest: database, ...run });
  const { kind = 'scan', state = 'ready', leaseUntil, ...changes } = job;
  const held = await world.holdJob({ id: 'scan-00', kind, state }, [SCANNING]);
  await held.release({ errors: 0, ...changes });
  const { wake } = held.job;
  await world.services.jobs.save(await world.jobAt(held.job), { leaseUntil });
  const step = (message: { readonly wake?: number } = {}) =>
    stepJob(world.services, { runId, jobId: 'scan-00', wake, ...message });
  return { world, wake, step, job: () => world.jobAt({ runId, id: 'scan-00' }) };
}

describe('stepJob', () => {
  it('does one thing, persists it, and sends the next number with a delay', async () => {
    const { world, wake, step, job } = await setUp();

    await step();

    expect(await job()).toMatchObject({ state: 'running', wake: wake + 1, errors: 0 });
    expect((await job()).leaseUntil).toBeUndefined();
    expect(world.messages()).toEqual([{ runId: SCANNING.runId, jobId: 'scan-00', wake: wake + 1 }]);
    const [message] = world.queues.pending();
    expect(message?.visibleAt).toEqual(new Date(world.clock.now().getTime() + POLL * 1000));
  });

  it.each([
    ['an earlier number', {}, -1],
    ['a later number', {}, 1],
    ['a job that is over', { state: 'lost' }, 0],
    ['a job that another step holds', { leaseUntil: new Date('2026-11-23T02:00:01Z') }, 0],
  ] as const)('ignores a message with %s', async (_, changes, offset) => {
    const { world, wake, step } = await setUp(changes);
    const before = world.tables.writes;

    await step({ wake: wake + offset });

    expect(world.tables.writes).toBe(before);
    expect(world.messages()).toEqual([]);
  });

  it('ignores a job that the tick has not admitted', async () => {
    const world = new UnitWorld();
    const { id: runId } = await world.addRun();
    const createdAt = world.clock.now();
    await world.services.jobs.add({ id: 'scan-1', runId, kind: 'scan', targets: ['x'], createdAt });
    const before = world.tables.writes;

    await stepJob(world.services, { runId, jobId: 'scan-1', wake: 0 });
    await stepJob(world.services, { runId, jobId: 'gone', wake: 0 });

    expect(world.tables.writes).toBe(before);
  });

  it('takes over after the lease of a step that was cut off', async () => {
    const { step, job, world } = await setUp({ leaseUntil: new Date('2026-11-23T02:00:00Z') });
    world.clock.advance({ seconds: 1 });

    await step();

    expect(await job()).toMatchObject({ state: 'running' });
  });

  it('wakes the run at the end of the job', async () => {
    const { world, step, job } = await setUp({}, { deadline: new Date(0) });

    await step();

    expect(await job()).toMatchObject({ state: 'lost', reason: 'run-deadline' });
    expect(world.messages()).toEqual([{ runId: SCANNING.runId }]);
  });

  it('ends a job of a canceled run', async () => {
    const { world, step, job } = await setUp();
    await world.services.cancellations.request(SCANNING.runId, world.clock.now(), 'x');

    await step();

    expect(await job()).toMatchObject({ state: 'canceled' });
    expect(world.groups.creations()).toEqual([]);
  });

  it('looks for its group after a launch, and polls after that', async () => {
    const launching = await setUp({ state: 'launching' });
    const running = await setUp({ state: 'running' });
    const asked: string[] = [];
    for (const { world, job } of [launching, running]) {
      const group = (await job()).group;
      expect(group).toBeUndefined();
      world.services.log.error = (message, fields) => asked.push(`${message}: ${fields?.detail}`);
    }

    await launching.step();
    await running.step();

    expect(asked).toEqual([
      'step failed: a launching job has no group',
      'step failed: a running job has no group',
    ]);
  });
});

describe('a step that fails', () => {
  const fails = async (error: Error, errors = 0) => {
    const setup = await setUp({ errors });
    setup.world.services.throttle.heldUntil = async () => Promise.reject(error);
    await setup.step();
    return setup;
  };

  it.each([
    [0, POLL * 2],
    [2, POLL * 8],
    [8, 300],
  ])('waits longer after %d errors: %d s', async (errors, seconds) => {
    const { world, job } = await fails(new StorageError('unavailable', 'down'), errors);

    expect(await job()).toMatchObject({ state: 'ready', errors: errors + 1 });
    const [message] = world.queues.pending();
    expect(message?.visibleAt).toEqual(new Date(world.clock.now().getTime() + seconds * 1000));
  });

  it.each([
    [new StorageError('unavailable', 'down'), 9, 'storage-error'],
    [new TypeError('a bug'), 3, 'internal-error'],
  ])('gives up the attempt after too many: %s, %d errors', async (error, errors, reason) => {
    const { job, world } = await fails(error, errors);

    expect(await job()).toMatchObject({ state: 'lost', reason, detail: error.message });
    expect(await world.targetAt(SCANNING)).toMatchObject({ job: '', attempts: 1 });
  });
});

it('gives up an attempt whose steps were all cut off', async () => {
  const before = await setUp({ errors: 11 });
  const after = await setUp({ errors: 12 });

  await before.step();
  await after.step();

  expect(await before.job()).toMatchObject({ state: 'running' });
  expect(await after.job()).toMatchObject({
    state: 'lost',
    reason: 'internal-error',
    detail: 'its steps crashed or timed out repeatedly',
  });
});

it('abandons a job that cannot even be given up', async () => {
  const { world, step, job } = await setUp({ errors: 16 });
  world.services.targets.find = async () => Promise.reject(new Error('unreadable'));

  await step();

  expect(await job()).toMatchObject({ state: 'lost', reason: 'internal-error' });
  expect(world.logged('job abandoned')).toHaveLength(1);
});
