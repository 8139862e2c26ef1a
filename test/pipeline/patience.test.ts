import { describe, expect, it } from 'vitest';
import { RepositoryName, Tag } from '../../lib/image/reference.ts';
import { stepJob } from '../../lib/pipeline/job/step-job.ts';
import { RunId } from '../../lib/pipeline/records/run-id.ts';
import { RegistryError } from '../../lib/registry/registry.ts';
import { jobFileOf } from '../fakes/job-file-of.ts';
import { memoryPullTokens, PULL_TOKEN } from '../fakes/memory-pull-tokens.ts';
import { seedImage } from '../fakes/registry/seed-image.ts';
import { seedWorkerImage, WORKER_IMAGE } from '../fakes/registry/seed-worker-image.ts';
import { debianReport } from './debian-report.ts';
import { PipelineWorld } from './pipeline-world.ts';

const API = RepositoryName.parse('team/api');
const V1 = Tag.parse('v1');

function patchable(layers: readonly unknown[]) {
  const finding = { id: 'CVE-2026-1', package: 'libssl3', fixed: '1.1' };
  return debianReport(layers.length > 1 ? [] : [finding]);
}

async function worldWithImage(
  options: Partial<ConstructorParameters<typeof PipelineWorld>[0]> = {},
) {
  const policy = { version: 'v1', repositories: [{ repository: 'team/api', tags: ['*'] }] };
  const world = new PipelineWorld({ policy, script: { report: patchable }, ...options });
  await world.seedDatabase();
  await seedImage(world.registry, { repository: API, tags: [V1], config: { config: {} } });
  return world;
}

it('waits for a registry that throttles discovery for ten minutes', async () => {
  const world = await worldWithImage();
  const until = world.clock.now().getTime() + 600_000;
  const listTags = world.registry.listTags.bind(world.registry);
  world.registry.listTags = async (...args) => {
    if (world.clock.now().getTime() < until) {
      throw new RegistryError('throttled', 'too many requests', { retryAfterSeconds: 120 });
    }
    return listTags(...args);
  };

  const { id: runId } = await world.run();

  expect((await world.target(runId, 'team/api', 'v1')).state).toBe('patched');
});

it('waits for role assignments to propagate', async () => {
  const world = await worldWithImage();
  const until = world.clock.now().getTime() + 300_000;
  const decide = world.groups.decide;
  world.groups.decide = (spec, nth) =>
    world.clock.now().getTime() < until
      ? { kind: 'refused', refusal: 'unauthorized' }
      : decide(spec, nth);

  const { id: runId } = await world.run();

  expect((await world.target(runId, 'team/api', 'v1')).state).toBe('patched');
});

describe('a registry that refuses the app’s access token as a pull credential', () => {
  async function runWith(pulls: (password: string) => boolean) {
    const pipeline = { scanWorkerImage: WORKER_IMAGE, patchWorkerImage: WORKER_IMAGE };
    const world = await worldWithImage({ pipeline, pullTokens: memoryPullTokens });
    await seedWorkerImage(world.registry);
    const { decide } = world.groups;
    let refused = 0;
    world.groups.decide = (spec, nth) => {
      if (pulls(spec.imageCredential.password)) return decide(spec, nth);
      refused += 1;
      return { kind: 'refused', refusal: 'image-pull' };
    };
    const { id } = await world.run();
    return { refused, target: await world.target(id, 'team/api', 'v1') };
  }

  it('costs one refusal for all groups, since the app remembers what pulls', async () => {
    const { refused, target } = await runWith((password) => password === PULL_TOKEN);

    expect(target.state).toBe('patched');
    expect(refused).toBe(1);
  });

  it('ends the images with both answers if the pull identity is refused too', async () => {
    const { target } = await runWith(() => false);

    expect(target).toMatchObject({ state: 'failed', reason: 'configuration' });
    expect(target.detail).toMatch(/with an access token .*with the token of the pull identity/);
  });
});

it('waits for a subnet that is not ready, however often Azure says so', async () => {
  const world = await worldWithImage();
  const until = world.clock.now().getTime() + 900_000;
  const decide = world.groups.decide;
  let refused = 0;
  world.groups.decide = (spec, nth) => {
    if (world.clock.now().getTime() >= until) return decide(spec, nth);
    refused += 1;
    return { kind: 'refused', refusal: 'network' };
  };

  const { id: runId } = await world.run();

  expect(refused).toBeGreaterThan(5);
  expect((await world.target(runId, 'team/api', 'v1')).state).toBe('patched');
});

it('gives the quota as the reason if Azure refuses groups for it until the deadline', async () => {
  const world = await worldWithImage();
  world.groups.decide = () => ({ kind: 'refused', refusal: 'quota' });

  const { id: runId } = await world.run();

  const target = await world.target(runId, 'team/api', 'v1');
  expect(target).toMatchObject({ state: 'failed', reason: 'quota' });
  expect(target.detail).toContain('refused: quota');
});

it('gives up a job whose steps never finish', async () => {
  const world = await worldWithImage();
  const runId = RunId.parse('20261123T020000Z-0000');
  const createdAt = world.clock.now();
  const job = { id: 'scan-00ff', runId, kind: 'scan', targets: ['gone'], createdAt } as const;
  await world.addRunningJob(job, { attempt: 1, wake: 3, errors: 12 });

  await stepJob(world.services, { runId, jobId: job.id, wake: 3 });

  expect((await world.jobs(runId))[0]).toMatchObject({ state: 'lost', reason: 'internal-error' });
});

it('ignores a message for a job that the tick has not admitted', async () => {
  const world = await worldWithImage();
  const runId = RunId.parse('20261123T020000Z-0000');
  const createdAt = world.clock.now();
  const job = { id: 'scan-00ff', runId, kind: 'scan', targets: ['gone'], createdAt } as const;
  await world.services.jobs.add(job);

  await stepJob(world.services, { runId, jobId: job.id, wake: 0 });

  expect((await world.jobs(runId))[0]).toMatchObject({ state: 'waiting', wake: 0 });
});

it('gives a group two minutes to upload after the deadline of its work', async () => {
  const world = await worldWithImage();

  const { id: runId } = await world.run();

  const [scan] = (await world.jobs(runId)).filter((job) => job.kind === 'scan');
  const [created] = world.groups.creations();
  const [container] = created?.spec.containers ?? [];
  if (container === undefined) throw new Error('no group was created');
  const file = jobFileOf(container, world.blobs);
  expect(scan?.deadline?.getTime()).toBe(Date.parse(file.deadline) + 120_000);
});

it('skips a tag with an oversized config, and patches the others', async () => {
  const world = await worldWithImage();
  const config = { config: { Env: ['x'.repeat(5_000_000)] } };
  await seedImage(world.registry, { repository: API, tags: [Tag.parse('bad')], config });

  const { id: runId } = await world.run();

  expect(await world.target(runId, 'team/api', 'bad')).toMatchObject({ reason: 'not-an-image' });
  expect((await world.target(runId, 'team/api', 'v1')).state).toBe('patched');
});

it('keeps the log of each lost attempt', async () => {
  const world = await worldWithImage();
  world.groups.decide = () => ({ kind: 'runs', startsAfter: 1, runsFor: 1 });

  await world.run();

  const logs = world.blobs.names('patchwright-reports').filter((name) => name.endsWith('.log'));
  expect(logs).toHaveLength(3);
});

it('names the log of the last lost attempt in the row', async () => {
  const world = await worldWithImage();
  world.groups.decide = () => ({ kind: 'runs', startsAfter: 1, runsFor: 1 });

  const { id: runId } = await world.run();

  const { log = '' } = await world.target(runId, 'team/api', 'v1');
  expect(
    world.blobs.names('patchwright-reports').filter((name) => name.endsWith('.log')),
  ).toContain(log);
});

it.each([
  ['end-of-life', 'skipped'],
  ['package-manager-failed', 'failed'],
  ['tool-failed', 'failed'],
] as const)('keeps the log of a patch that failed as %s', async (failure, state) => {
  const world = await worldWithImage();
  world.script.patch = ({ digest }) => ({ digest, outcome: 'failed', failure, message: 'no' });
  world.groups.logs = async (_, container) => `the output of ${container}`;

  const { id: runId } = await world.run();

  const { log = '', ...target } = await world.target(runId, 'team/api', 'v1');
  expect(target.state).toBe(state);
  const blob = await world.blobs.read('patchwright-reports', log, 10_000);
  expect(blob.found && Buffer.from(blob.bytes).toString()).toMatch(/^the output of image-/);
});

it('asks once for the log of a scan group, however many images failed', async () => {
  const world = await worldWithImage();
  for (const tag of ['v2', 'v3']) {
    const config = { config: { Env: [tag] } };
    await seedImage(world.registry, { repository: API, tags: [Tag.parse(tag)], config });
  }
  world.script.report = () => ({ not: 'a report' });
  const groups: string[] = [];
  world.groups.logs = async (name) => {
    groups.push(name);
    return 'output';
  };

  const { id: runId } = await world.run();

  expect(await world.target(runId, 'team/api', 'v2')).toMatchObject({
    reason: 'report-invalid',
    log: expect.stringMatching(/\.log$/),
  });
  expect(new Set(groups).size).toBe(groups.length);
});
