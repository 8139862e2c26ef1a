import { beforeEach, describe, expect, it } from 'vitest';
import { HeldJob } from '../../../lib/pipeline/held-job.ts';
import { HeldRun } from '../../../lib/pipeline/held-run.ts';
import { LeaseLost } from '../../../lib/pipeline/lease.ts';
import type { RunId } from '../../../lib/pipeline/records/run-id.ts';
import { startRun } from '../../../lib/pipeline/run/start-run.ts';
import { PipelineWorld } from '../../pipeline/pipeline-world.ts';

let world: PipelineWorld;
let runId: RunId;
beforeEach(async () => {
  world = new PipelineWorld({ policy: {}, script: { report: () => ({}) } });
  runId = await startRun(world.services, { trigger: 'schedule', due: world.clock.now() });
  const createdAt = world.clock.now();
  await world.addRunningJob({ id: 'scan-1', runId, kind: 'scan', targets: ['a'], createdAt });
});

async function takeJob(): Promise<HeldJob> {
  const job = await world.services.jobs.find(runId, 'scan-1');
  const held = job === undefined ? undefined : await HeldJob.take(world.services, job);
  if (held === undefined) throw new Error('not taken');
  return held;
}

async function takeRun(): Promise<HeldRun> {
  const held = await HeldRun.take(world.services, await world.runAt(runId));
  if (held === undefined) throw new Error('not taken');
  return held;
}

describe.each([
  ['a job', takeJob],
  ['a run', takeRun],
])('the lease of %s', (_, take) => {
  it('is held until it expires', async () => {
    const held = await take();
    world.clock.advance({ seconds: world.services.options.leaseSeconds - 1 });
    expect(() => held.assertHeld()).not.toThrow();

    world.clock.advance({ seconds: 1 });

    expect(() => held.assertHeld()).toThrow(LeaseLost);
  });

  it('ends when it is released', async () => {
    const held = await take();

    await held.release({});

    expect(() => held.assertHeld()).toThrow(LeaseLost);
  });

  it('is lost when another step takes it', async () => {
    const held = await take();
    await take();

    await expect(held.save({ errors: 0 })).rejects.toThrow(LeaseLost);
    await expect(held.release({ errors: 0 })).rejects.toThrow(LeaseLost);
  });

  it('lets its holder write more than once', async () => {
    const held = await take();

    await held.save({ errors: 3 });
    await held.release({ errors: 0 });

    const stored = [await world.runAt(runId), ...(await world.jobs(runId))];
    expect(stored.map(({ errors }) => errors)).toEqual([0, 0]);
  });
});
