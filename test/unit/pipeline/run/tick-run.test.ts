import { describe, expect, it } from 'vitest';
import type { Run } from '../../../../lib/pipeline/records/run.ts';
import { tickRun } from '../../../../lib/pipeline/run/tick-run.ts';
import { RegistryError } from '../../../../lib/registry/registry.ts';
import { UnitWorld } from '../unit-world.ts';
import { target } from './run-samples.ts';

const NOW = new Date('2026-11-23T02:00:00Z');
const TICK = 30;
const inSeconds = (seconds: number) => new Date(NOW.getTime() + seconds * 1000);

async function setUp(changes: Partial<Run> = {}) {
  const policy = { version: 'v1', repositories: [{ repository: 'team/api', tags: ['v1'] }] };
  const world = new UnitWorld({ policy, pipeline: { tickSeconds: TICK } });
  const run = await world.addRun(changes);
  const tick = (wake: number | undefined = run.wake) =>
    tickRun(world.services, { runId: run.id, ...(wake !== undefined && { wake }) });
  return { world, run, tick, now: () => world.runAt(run.id) };
}

describe('a message', () => {
  it('takes the lease, and the next number is sent with the tick’s delay', async () => {
    const { world, run, tick, now } = await setUp({ wake: 4 });
    await world.addTargets(target('a', 'v1', { state: 'scanning', job: 'scan-1' }));
    const createdAt = NOW;
    await world.addRunningJob({
      id: 'scan-1',
      runId: run.id,
      kind: 'scan',
      targets: ['a'],
      createdAt,
    });

    await tick();

    expect(await now()).toMatchObject({ wake: 5, errors: 0, targets: 1, active: 1 });
    expect((await now()).leaseUntil).toBeUndefined();
    const [message] = world.queues.pending().slice(-1);
    expect(message?.body).toEqual({ runId: run.id, wake: 5 });
    expect(message?.visibleAt).toEqual(inSeconds(TICK));
  });

  it.each([
    ['has an earlier number', { wake: 4 }, 3],
    ['is for a run that has ended', { state: 'completed' }, 0],
    ['is for a run that another tick holds', { leaseUntil: inSeconds(1) }, 0],
  ] as const)('is ignored if it %s', async (_, changes, wake) => {
    const { world, tick } = await setUp(changes);
    const before = world.tables.writes;

    await tick(wake);

    expect(world.tables.writes).toBe(before);
    expect(world.messages()).toEqual([]);
  });

  it.each([
    ['right after a tick of a large run', { targets: 2000, tickedAt: inSeconds(-9) }, false],
    ['later', { targets: 2000, tickedAt: inSeconds(-10) }, true],
    ['before the first tick', { targets: 2000 }, true],
  ] as const)('without a number counts %s: %j', async (_, changes, counts) => {
    const { world, run, now } = await setUp(changes);

    await tickRun(world.services, { runId: run.id });

    expect((await now()).wake).toBe(counts ? 1 : 0);
  });
});

describe('discovery', () => {
  it('goes on at once, until it is done', async () => {
    const { world, tick, now } = await setUp({ state: 'discovering' });
    await world.seedDatabase();

    await tick();

    expect(await now()).toMatchObject({ state: 'discovering', cursorRepository: 0 });
    expect((await now()).policyDigest).toBeDefined();
    const [message] = world.queues.pending();
    expect(message?.visibleAt).toEqual(NOW);
  });

  it('fails the run if there is no database', async () => {
    const { world, tick, now } = await setUp({ state: 'discovering' });

    await tick();

    expect(await now()).toMatchObject({
      state: 'failed',
      reason: 'database-missing',
      finishedAt: NOW,
    });
    expect(world.messages()).toEqual([]);
  });

  it('waits longer after each failure, and at least as long as the registry asks', async () => {
    const failing = async (errors: number, retryAfterSeconds?: number) => {
      const { world, tick, now } = await setUp({ state: 'discovering', errors });
      const options = retryAfterSeconds === undefined ? {} : { retryAfterSeconds };
      world.registry.manifest = async () =>
        Promise.reject(new RegistryError('throttled', '429', options));
      await tick();
      return { run: await now(), delay: world.queues.pending()[0]?.visibleAt };
    };

    expect(await failing(0)).toMatchObject({
      run: { errors: 1, detail: '429', state: 'discovering' },
      delay: inSeconds(2 * TICK),
    });
    expect((await failing(4)).delay).toEqual(inSeconds(300));
    expect((await failing(0, 200)).delay).toEqual(inSeconds(200));
  });

  it.each([
    ['the deadline has passed', { deadline: NOW }],
    ['its ticks failed too often', { errors: 20 }],
  ])('is given up if %s', async (_, changes) => {
    const { tick, now } = await setUp({ state: 'discovering', ...changes });

    await tick();

    expect(await now()).toMatchObject({ state: 'running', reason: 'registry-error' });
  });

  it('gives up only the repository after five failures', async () => {
    const { world, tick, run } = await setUp({ state: 'discovering' });
    await world.seedDatabase();
    await tick();
    const begun = await world.runAt(run.id);
    const held = await world.services.runs.take(begun, { from: NOW, until: inSeconds(1) });
    if (held === undefined) throw new Error('not taken');
    await world.services.runs.release(held, { errors: 6 });

    await tick(held.wake);

    expect(await world.target(run.id, 'team/api', 'v1')).toMatchObject({
      state: 'failed',
      reason: 'registry-error',
    });
    expect(await world.runAt(run.id)).toMatchObject({ cursorRepository: 1, errors: 0 });
  });

  it('ends at once in a canceled run', async () => {
    const { world, run, tick, now } = await setUp({ state: 'discovering' });
    await world.services.cancellations.request(run.id, NOW, 'somebody');

    await tick();

    expect(await now()).toMatchObject({ state: 'running' });
  });
});

describe('a running run', () => {
  it('makes the missing jobs, and looks again at once', async () => {
    const { world, run, tick } = await setUp();
    await world.addTargets(target('a', 'v1'));

    await tick();

    expect(await world.jobs(run.id)).toMatchObject([{ kind: 'scan', state: 'waiting' }]);
    expect(world.queues.pending()[0]?.visibleAt).toEqual(NOW);
  });

  it.each([
    ['completed', 'clean'],
    ['completed-with-failures', 'failed'],
  ] as const)('ends %s if its last target ended %s', async (state, ended) => {
    const { world, tick, now } = await setUp();
    await world.addTargets(target('a', 'v1', { state: ended }));

    await tick();

    expect(await now()).toMatchObject({ state, targets: 1, [ended]: 1 });
    expect((await now()).lastLookAt).toEqual(inSeconds(80 * 60));
    expect(world.messages()).toEqual([]);
  });

  it.each([
    ['its deadline', { deadline: NOW }, false, { state: 'failed', reason: 'run-deadline' }],
    [
      'a discovery that was given up',
      { reason: 'registry-error', detail: '503' },
      false,
      { state: 'failed', reason: 'registry-error', detail: 'discovery was given up: 503' },
    ],
    ['its cancellation', {}, true, { state: 'canceled', reason: 'canceled' }],
  ] as const)('ends loose targets after %s', async (_, changes, cancel, outcome) => {
    const { world, run, tick } = await setUp(changes);
    const [queued] = await world.addTargets(target('a', 'v1'));
    if (queued === undefined) throw new Error('no target');
    if (cancel) await world.services.cancellations.request(run.id, NOW, 'somebody');

    await tick();

    expect(await world.targetAt(queued)).toMatchObject(outcome);
  });

  it('does the rest of its work if a part fails, and logs the part', async () => {
    const { world, run, tick } = await setUp();
    await world.addTargets(target('a', 'v1'), target('b', 'v1', { state: 'publishing' }));
    const { add } = world.services.jobs;
    world.services.jobs.add = async (job) => {
      if (job.kind === 'scan') throw new Error('no room');
      return add.call(world.services.jobs, job);
    };

    await tick();

    expect(await world.jobs(run.id)).toMatchObject([{ kind: 'publish' }]);
    expect(world.logged('part of a tick failed')).toEqual([{ runId: run.id, detail: 'no room' }]);
  });

  it('says once that no builder works, and ends what waits for a patch', async () => {
    const { world, run, tick, now } = await setUp();
    const fault = {
      builderCall: 'chroot',
      builderErrno: 'EPERM',
      builderDetail: 'no chroot',
      builderSetting: 'standard',
    } as const;
    const [waits] = await world.addTargets(target('a', 'v1', { state: 'patching' }));
    if (waits === undefined) throw new Error('no target');
    const createdAt = NOW;
    const job = { id: 'patch-1', runId: run.id, kind: 'patch', targets: ['x'], createdAt } as const;
    await world.addRunningJob(job, fault);
    await world.services.jobs.save(await world.jobAt(job), { state: 'done' });

    await tick();
    await tick(1);

    expect(await now()).toMatchObject(fault);
    expect(await world.targetAt(waits)).toMatchObject({ state: 'failed', reason: 'no-builder' });
    expect(world.logged('no builder works')).toHaveLength(1);
  });

  it.each([
    [21, inSeconds(-1), 'failed'],
    [21, inSeconds(3600), 'running'],
    [61, inSeconds(3600), 'failed'],
  ])('after %d failed ticks and the deadline %s is %s', async (errors, deadline, state) => {
    const { world, tick, now } = await setUp({ errors, deadline });
    world.services.targets.ofRun = () => {
      throw new Error('unreadable');
    };

    await tick();

    expect(await now()).toMatchObject({ state });
  });
});

it('logs a lease that was lost, and does not fail', async () => {
  const { world, tick } = await setUp();
  world.services.runs.release = async () => undefined;

  await tick();

  expect(world.logged('tick lost its lease')).toHaveLength(1);
});
