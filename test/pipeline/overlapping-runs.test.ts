import { expect, it } from 'vitest';
import { RepositoryName, Tag } from '../../lib/image/reference.ts';
import type { RunId } from '../../lib/pipeline/records/run-id.ts';
import { startRun } from '../../lib/pipeline/run/start-run.ts';
import { seedImage } from '../fakes/registry/seed-image.ts';
import { debianReport } from './debian-report.ts';
import { PipelineWorld } from './pipeline-world.ts';
import type { WorkerScript } from './scripted-worker.ts';

const API = RepositoryName.parse('team/api');
const V1 = Tag.parse('v1');

async function worldWithImage(script: Partial<WorkerScript> = {}) {
  const policy = { version: 'v1', repositories: [{ repository: 'team/api', tags: ['*'] }] };
  const report = (layers: readonly unknown[]) =>
    debianReport(layers.length > 1 ? [] : [{ id: 'CVE-1', package: 'apt', fixed: '1.1' }]);
  const world = new PipelineWorld({ policy, script: { report, ...script } });
  await world.seedDatabase();
  await seedImage(world.registry, { repository: API, tags: [V1], config: { config: {} } });
  return world;
}

async function start(world: PipelineWorld, request: string, dryRun = false): Promise<RunId> {
  world.clock.advance({ seconds: 1 });
  const due = world.clock.now();
  return startRun(world.services, { trigger: 'manual', request, due, dryRun });
}

const inventory = (world: PipelineWorld) =>
  world.services.inventory.findTag({ repository: API, tag: V1 });

/** Goes on until the condition holds. */
async function until(world: PipelineWorld, condition: () => Promise<boolean>): Promise<void> {
  for (let steps = 0; !(await condition()); steps += 1) {
    if (steps > 500) throw new Error('the condition never holds');
    await world.step();
  }
}

it('waits for the run that has the image, takes it over, and finds its patch', async () => {
  const world = await worldWithImage();
  const first = await start(world, 'a');
  const second = await start(world, 'b');
  const target = () => world.target(second, 'team/api', 'v1');
  await until(world, async () => (await target().catch(() => undefined))?.heldBy !== undefined);

  const meanwhile = await target();
  await world.settle();

  expect(meanwhile).toMatchObject({ state: 'queued', heldBy: first });
  expect(await world.target(first, 'team/api', 'v1')).toMatchObject({ state: 'patched' });
  expect(await target()).toMatchObject({ state: 'already-patched', patchTag: 'v1-1' });
  expect((await target()).heldBy).toBeUndefined();
  expect(await inventory(world)).toMatchObject({
    state: 'already-patched',
    patchTag: 'v1-1',
    patchHigh: 0,
  });
});

it('takes the image over when the other run is canceled, and patches it', async () => {
  const world = await worldWithImage();
  const first = await start(world, 'a');
  const second = await start(world, 'b');
  await until(world, async () => (await world.services.runs.find(second))?.state === 'running');
  await world.services.cancellations.request(first, world.clock.now(), 'somebody');

  await world.settle();

  expect(await world.target(first, 'team/api', 'v1')).toMatchObject({ state: 'canceled' });
  expect(await world.target(second, 'team/api', 'v1')).toMatchObject({ state: 'patched' });
});

it('takes over the claim of a run that has ended and left it', async () => {
  const world = await worldWithImage();
  const first = await start(world, 'a');
  await world.settle();
  const image = await inventory(world);
  const { digest } = image ?? {};
  if (digest === undefined) throw new Error('no image');
  const claimer = { id: first, deadline: new Date('2030-01-01') };
  const terms = { now: world.clock.now(), over: new Set<string>() };
  await world.services.inventory.claim({ repository: API, digest }, claimer, terms);

  const second = await start(world, 'b');
  await world.settle();

  const ended = await world.target(second, 'team/api', 'v1');
  expect(ended).toMatchObject({ state: 'already-patched' });
  const { createdAt } = await world.runAt(second);
  expect(Number(ended.finishedAt) - Number(createdAt)).toBeLessThan(3600 * 1000);
});

it('ends waiting at its own deadline, and names the run that still has the image', async () => {
  const world = await worldWithImage();
  const before = await start(world, 'a');
  await world.settle();
  const known = await inventory(world);
  const { digest } = known ?? {};
  if (digest === undefined) throw new Error('no image');
  const other = await start(world, 'other');
  const run = await world.runAt(other);
  const terms = { now: world.clock.now(), over: new Set<string>() };
  const claimer = { id: other, deadline: new Date('2030-01-01') };
  await world.services.inventory.claim({ repository: API, digest }, claimer, terms);
  await world.services.runs.save(run, {
    nextAt: new Date('2030-01-01'),
    leaseUntil: new Date('2030-01-01'),
  });

  const last = await start(world, 'b');
  await world.settle();

  expect(await world.target(last, 'team/api', 'v1')).toMatchObject({
    state: 'waiting',
    reason: 'held-by-another-run',
    heldBy: other,
    detail: `run ${other} had the image until the deadline of this run`,
  });
  expect(await world.runAt(last)).toMatchObject({ state: 'completed', waiting: 1 });
  expect(await inventory(world)).toMatchObject({ state: 'patched', runId: before, high: 1 });
});

it('lets a dry run look at an image that another run has, and take nothing away', async () => {
  const world = await worldWithImage();
  const real = await start(world, 'a');
  await until(world, async () => (await world.services.runs.find(real))?.state === 'running');
  const dry = await start(world, 'b', true);

  await world.settle();

  expect(await world.target(dry, 'team/api', 'v1')).toMatchObject({ state: 'planned' });
  expect(await world.target(real, 'team/api', 'v1')).toMatchObject({ state: 'patched' });
  expect(await inventory(world)).toMatchObject({ state: 'patched', runId: real, patchHigh: 0 });
});

it('lets a real run work on an image that a dry run looks at', async () => {
  const world = await worldWithImage();
  const dry = await start(world, 'a', true);
  await until(world, async () => (await world.jobs(dry)).length > 0);
  const real = await start(world, 'b');

  await world.settle();

  expect(await world.target(real, 'team/api', 'v1')).toMatchObject({ state: 'patched' });
  expect(await inventory(world)).toMatchObject({ state: 'patched', runId: real });
});
