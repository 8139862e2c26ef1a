import { expect, it } from 'vitest';
import { RepositoryName, Tag } from '../../lib/image/reference.ts';
import { cancelRun } from '../../lib/pipeline/cancellation.ts';
import type { Job } from '../../lib/pipeline/records/job.ts';
import { isRunOver } from '../../lib/pipeline/records/run.ts';
import type { RunId } from '../../lib/pipeline/records/run-id.ts';
import { startRun } from '../../lib/pipeline/run/start-run.ts';
import type { PipelineOptions } from '../../lib/pipeline/services.ts';
import { tableStores } from '../../lib/pipeline/stores/tables/table-stores.ts';
import { lastLook } from '../../lib/pipeline/upkeep/last-look.ts';
import { seedImage } from '../fakes/registry/seed-image.ts';
import { debianReport } from './debian-report.ts';
import { PipelineWorld } from './pipeline-world.ts';

const OUTDATED = [{ id: 'CVE-2026-1', package: 'libssl3', fixed: '1.1' }];
const prices = { vcpuHour: 0.04, gbHour: 0.005, confidentialFactor: undefined, currency: 'EUR' };

async function worldOfOneImage(options: Partial<PipelineOptions> = {}) {
  const world = new PipelineWorld({
    policy: { version: 'v1', repositories: [{ repository: 'team/api', tags: ['v1'] }] },
    script: { report: (layers) => debianReport(layers.length > 1 ? [] : OUTDATED) },
    pipeline: { prices, ...options },
  });
  await world.seedDatabase();
  const repository = RepositoryName.parse('team/api');
  await seedImage(world.registry, { repository, tags: [Tag.parse('v1')], config: { config: {} } });
  return world;
}

it('counts a group that was lost, and the one that replaces it, once each', async () => {
  const world = await worldOfOneImage();
  const decide = world.groups.decide;
  world.groups.decide = (spec, nth) =>
    nth === 2 ? { kind: 'never-ends', startsAfter: 30 } : decide(spec, nth);

  const run = await world.run();

  const jobs = await world.jobs(run.id);
  const secondsOf = (kind: Job['kind'], state: Job['state']) =>
    jobs.find((job) => job.kind === kind && job.state === state)?.groupSeconds;
  expect(run).toMatchObject({ patched: 1, groups: 4, unseenGroups: 0 });
  // The attempt's 40 minutes, and the wait until the next look.
  expect(secondsOf('patch', 'lost')).toBeGreaterThanOrEqual(2400);
  expect(secondsOf('patch', 'lost')).toBeLessThan(2500);
  const [lost = 0, done = 0] = [secondsOf('patch', 'lost'), secondsOf('patch', 'done')];
  expect(done).toBeGreaterThan(0);
  expect(run.patchSeconds).toBe(lost + done);
  expect(run.scanSeconds).toBe(secondsOf('scan', 'done'));
  expect(run.verifySeconds).toBe(secondsOf('verify', 'done'));
  const { scanSeconds = 0, verifySeconds = 0, patchSeconds = 0 } = run;
  expect(run.vcpuSeconds).toBe(2 * (scanSeconds + verifySeconds) + patchSeconds);
  expect(run.gbSeconds).toBe(4 * (scanSeconds + verifySeconds) + 2 * patchSeconds);
  const cost = ((run.vcpuSeconds ?? 0) * 0.04 + (run.gbSeconds ?? 0) * 0.005) / 3600;
  expect(run.cost).toBeCloseTo(cost, 3);
  expect(run.currency).toBe('EUR');
});

it('counts the group of a canceled run until the cancellation', async () => {
  const world = await worldOfOneImage();
  const decide = world.groups.decide;
  world.groups.decide = (spec, nth) =>
    nth === 2 ? { kind: 'never-ends', startsAfter: 30 } : decide(spec, nth);
  const due = world.clock.now();
  const runId = await startRun(world.services, { trigger: 'schedule', due });
  const isPatching = (job: Job) => job.kind === 'patch' && job.state === 'running';
  while (!(await world.jobs(runId)).some(isPatching)) await world.step();
  world.clock.advance({ seconds: 300 });

  await cancelRun(world.services, runId, 'somebody');
  await world.settle();

  const run = await world.runAt(runId);
  expect(run.state).toBe('canceled');
  expect(run).toMatchObject({ groups: 2, unseenGroups: 0, verifySeconds: 0 });
  expect(run.patchSeconds).toBeGreaterThanOrEqual(300);
  expect(run.patchSeconds).toBeLessThan(400);
  expect(run.patchCost).toBeGreaterThan(0);
});

it('counts Confidential groups, but not their cost without a factor', async () => {
  const world = await worldOfOneImage({ builder: { kind: 'confidential' } });

  const run = await world.run();

  expect(run).toMatchObject({ patched: 1, groups: 3, currency: 'EUR' });
  const kinds = (await world.jobs(run.id)).map(({ kind, confidential }) => [kind, confidential]);
  expect(Object.fromEntries(kinds)).toMatchObject({ scan: false, patch: true, verify: false });
  expect(run.patchSeconds).toBeGreaterThan(0);
  expect([run.patchCost, run.cost]).toEqual([undefined, undefined]);
});

it('counts each request to storage once, except those of the start and the last write', async () => {
  const world = await worldOfOneImage({ prices: { ...prices, storageOperations: 100 } });
  const due = world.clock.now();
  const runId = await startRun(world.services, { trigger: 'schedule', due });
  const atStart = world.storageRequests;

  while (!isRunOver(await unmetered(world, runId))) await world.step();
  const sent = world.storageRequests - atStart;
  const run = await unmetered(world, runId);
  await world.settle();
  await lastLook(world.services, run);
  const sentInAll = world.storageRequests - atStart;

  expect(run.patched).toBe(1);
  expect(run.storageOperations).toBe(sent - 1);
  const closed = await unmetered(world, runId);
  expect(closed.storageOperations).toBe(sentInAll - 1);
  const { scanCost = 0, patchCost = 0, verifyCost = 0, storageCost = 0 } = closed;
  expect(storageCost).toBeCloseTo((sentInAll - 1) / 100, 4);
  expect(closed.cost).toBeCloseTo(scanCost + patchCost + verifyCost + storageCost, 4);
  const ended = world.log.find(({ message }) => message === 'run completed');
  expect(ended?.fields).toMatchObject({ storageOperations: sent - 1, cost: run.cost });
});

it('counts the requests of two runs apart, although one process works for both', async () => {
  const world = await worldOfOneImage();
  const due = world.clock.now();
  const request = 'another';
  const ids = [
    await startRun(world.services, { trigger: 'schedule', due }),
    await startRun(world.services, { trigger: 'manual', due, request }),
  ];
  const atStart = world.storageRequests;

  await world.settle();
  for (const id of ids) await lastLook(world.services, await unmetered(world, id));
  const sent = world.storageRequests - atStart;

  const runs = await Promise.all(ids.map((id) => unmetered(world, id)));
  const [one = 0, other = 0] = runs.map(({ storageOperations }) => storageOperations);
  expect(Math.min(one, other)).toBeGreaterThan(10);
  expect(one + other).toBe(sent - 2);
});

/** Reads a run without a request that the world counts. */
async function unmetered(world: PipelineWorld, runId: RunId) {
  const run = await tableStores(world.tables).runs.find(runId);
  if (run === undefined) throw new Error(`there is no run ${runId}`);
  return run;
}
