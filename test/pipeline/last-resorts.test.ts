import { expect, it } from 'vitest';
import { digestOf } from '../../lib/image/digest.ts';
import { RepositoryName, Tag } from '../../lib/image/reference.ts';
import { cancelRun } from '../../lib/pipeline/cancellation.ts';
import { stepJob } from '../../lib/pipeline/job/step-job.ts';
import { RunId } from '../../lib/pipeline/records/run-id.ts';
import { startRun } from '../../lib/pipeline/run/start-run.ts';
import { tickRun } from '../../lib/pipeline/run/tick-run.ts';
import { reap } from '../../lib/pipeline/upkeep/reap.ts';
import { allTags } from '../../lib/registry/all-tags.ts';
import { RegistryError } from '../../lib/registry/registry.ts';
import { TABLES } from '../../lib/storage/tables.ts';
import { seedImage } from '../fakes/registry/seed-image.ts';
import { debianReport } from './debian-report.ts';
import { PipelineWorld } from './pipeline-world.ts';

// Tests of the last safeguards: runs and jobs end, and orphans are found, after steps keep failing.
const API = RepositoryName.parse('team/api');
const STAGING = RepositoryName.parse('patchwright/staging/team/api');
const V1 = Tag.parse('v1');

function patchable(layers: readonly unknown[]) {
  const finding = { id: 'CVE-2026-1', package: 'libssl3', fixed: '1.1' };
  return debianReport(layers.length > 1 ? [] : [finding]);
}

async function worldWith(...tags: readonly Tag[]) {
  const policy = { version: 'v1', repositories: [{ repository: 'team/api', tags: ['*'] }] };
  const world = new PipelineWorld({ policy, script: { report: patchable } });
  await world.seedDatabase();
  await seedImage(world.registry, { repository: API, tags, config: { config: {} } });
  return world;
}

function isTag(reference: string): boolean {
  return !reference.startsWith('sha256:');
}

it('ends a run whose every tick crashes the process', async () => {
  const world = await worldWith(V1);
  const runId = await startRun(world.services, { trigger: 'schedule', due: world.clock.now() });
  let ticks = 0;
  const services = { ...world.services, targets: Object.create(world.services.targets) };
  services.targets.ofRun = async function* () {
    ticks += 1;
    await new Promise(() => {});
    yield undefined;
  };

  for (let hour = 0; hour < 100 && (await world.runAt(runId)).finishedAt === undefined; hour += 1) {
    world.clock.advance({ seconds: 3600 });
    const before = ticks;
    const tick = tickRun(services, { runId, wake: (await world.runAt(runId)).wake });
    // A tick that never returns models a process that was killed.
    await Promise.race([tick, hangs(() => ticks > before)]);
  }

  expect(await world.runAt(runId)).toMatchObject({ state: 'failed', reason: 'internal-error' });
  expect(ticks).toBeGreaterThan(10);
});

async function hangs(reached: () => boolean): Promise<void> {
  while (!reached()) await new Promise((resolve) => setImmediate(resolve));
}

it('ends a job even if every attempt to give it up fails', async () => {
  const world = await worldWith(V1);
  const runId = RunId.parse('20261123T020000Z-0000');
  const createdAt = world.clock.now();
  const job = { id: 'scan-00ff', runId, kind: 'scan', targets: ['gone'], createdAt } as const;
  await world.addRunningJob(job, { attempt: 1, wake: 3, errors: 20 });
  world.services.targets.find = async () => Promise.reject(new Error('its rows are unreadable'));

  await stepJob(world.services, { runId, jobId: job.id, wake: 3 });

  expect((await world.jobs(runId))[0]).toMatchObject({ state: 'lost', reason: 'internal-error' });
});

it('patches a repository whose name is too long for the staging prefix', async () => {
  const name = RepositoryName.parse(`team/${'long/'.repeat(46)}name`);
  const policy = { version: 'v1', repositories: [{ repository: name, tags: ['*'] }] };
  const world = new PipelineWorld({ policy, script: { report: patchable } });
  await world.seedDatabase();
  await seedImage(world.registry, { repository: name, tags: [V1], config: { config: {} } });

  const { id: runId } = await world.run();

  expect(name.length).toBeGreaterThan(235);
  expect(await world.target(runId, name, 'v1')).toMatchObject({ state: 'patched' });
});

it('wakes a run that is listed after an unreadable row', async () => {
  const world = await worldWith(V1);
  const runId = await startRun(world.services, { trigger: 'schedule', due: world.clock.now() });
  for (const { id } of world.queues.pending()) world.queues.drop(id);
  // Row keys sort the newest run first.
  const rowKey = '0000000000000-20300101T000000Z-0000';
  await world.tables.insert(TABLES.runs, { partitionKey: 'run', rowKey, a: 'b' });
  world.clock.advance({ seconds: 3600 });

  await reap(world.services);
  await world.settle();

  expect((await world.runAt(runId)).state).toBe('completed');
  expect(world.log).toContainEqual(expect.objectContaining({ message: 'unreadable run skipped' }));
});

it('ends the targets that a failed run left active, and counts each once', async () => {
  const world = await worldWith(V1);
  const { id: runId } = await world.run();
  const target = await world.target(runId, 'team/api', 'v1');
  const { patchTag: _1, patchDigest: _2, finishedAt: _3, ...queued } = target;
  const many = Array.from({ length: 700 }, (_, at) => ({
    ...queued,
    id: `${at}`.padStart(32, '0'),
    tag: Tag.parse(`t${at}`),
    state: 'queued' as const,
  }));
  await world.services.targets.addMissing(many);
  const ended = await world.runAt(runId);
  await world.services.runs.save(ended, { state: 'failed', targets: 701, active: 700 });
  world.clock.advance({ seconds: 2 * 3600 });

  for (let round = 0; round < 4; round += 1) await reap(world.services);

  const run = await world.runAt(runId);
  expect(run).toMatchObject({ targets: 701, failed: 700, patched: 1, active: 0 });
  expect(run.lastLookAt).toBeUndefined();
  expect((await world.target(runId, 'team/api', 'v1')).state).toBe('patched');
});

it('clears staging of manifests that a group pushed untagged or under an unknown tag', async () => {
  const world = await worldWith(V1);
  await world.run();
  await seedImage(world.registry, { repository: STAGING });
  await seedImage(world.registry, { repository: STAGING, tags: [Tag.parse('x')], layers: ['x'] });
  world.clock.advance({ seconds: 2 * 3600 });

  await reap(world.services);

  expect(world.registry.digests(STAGING)).toEqual([]);
});

it('repeats the last look if the registry fails during it', async () => {
  const world = await worldWith(V1);
  const { id: runId } = await world.run();
  await seedImage(world.registry, { repository: STAGING });
  world.clock.advance({ seconds: 2 * 3600 });
  const { listManifests } = world.registry;
  world.registry.listManifests = async () => {
    throw new RegistryError('unavailable', 'the registry is down');
  };

  await reap(world.services);
  const due = (await world.runAt(runId)).lastLookAt;
  world.registry.listManifests = listManifests;
  await reap(world.services);

  expect(due).toBeDefined();
  expect((await world.runAt(runId)).lastLookAt).toBeUndefined();
  expect(world.registry.digests(STAGING)).toEqual([]);
});

it('leaves staging alone while another run is active', async () => {
  const world = await worldWith(V1);
  await world.run();
  await seedImage(world.registry, { repository: STAGING });
  world.clock.advance({ seconds: 2 * 3600 });
  await startRun(world.services, { trigger: 'schedule', due: world.clock.now() });

  await reap(world.services);

  expect(world.registry.digests(STAGING)).toHaveLength(1);
});

it('publishes under a reserved tag even if the run is canceled before the other tag', async () => {
  const world = await worldWith(V1, Tag.parse('v1.0'));
  const put = world.registry.putManifest.bind(world.registry);
  const runId = await startRun(world.services, { trigger: 'schedule', due: world.clock.now() });
  let failures = 0;
  world.registry.putManifest = async (repository, reference, manifest) => {
    if (repository === API && isTag(reference) && failures < 14) {
      failures += 1;
      if (failures === 2) await cancelRun(world.services, runId, 'somebody');
      throw new RegistryError('unavailable', 'the push failed');
    }
    return put(repository, reference, manifest);
  };

  await world.settle();

  const [first, second] = [
    await world.target(runId, 'team/api', 'v1'),
    await world.target(runId, 'team/api', 'v1.0'),
  ];
  expect([first.state, second.state].sort()).toEqual(['canceled', 'patched']);
});

it('gives up a group whose result reports images that are not of its job', async () => {
  const world = await worldWith(V1);
  const stranger = digestOf('an image of another job');
  world.script = {
    report: patchable,
    patch: (image) => ({ digest: image.digest, outcome: 'not-started' }),
    also: () => [{ digest: stranger, outcome: 'nothing-to-do' }],
  };

  const { id: runId } = await world.run();

  expect(await world.target(runId, 'team/api', 'v1')).toMatchObject({
    state: 'failed',
    reason: 'timeout',
  });
  expect((await world.jobs(runId)).filter((job) => job.kind === 'patch')).toHaveLength(3);
});

it('masks credentials in the group log that it keeps', async () => {
  const world = await worldWith(V1);
  world.groups.decide = () => ({ kind: 'runs', startsAfter: 1, runsFor: 1 });
  const token = 'eyJhbGciOiJSUzI1NiJ9.eyJhdWQiOiJyZWdpc3RyeSJ9.c2lnbmF0dXJl';
  world.groups.logs = async () => `curl -H "Authorization: Bearer ${token}"`;

  await world.run();

  const logs = world.blobs.names('patchwright-reports').filter((name) => name.endsWith('.log'));
  const blob = await world.blobs.read('patchwright-reports', logs[0] ?? '', 10_000);
  const text = blob.found ? Buffer.from(blob.bytes).toString() : '';
  expect(text).toContain('curl');
  expect(text).not.toContain('eyJ');
});

it('ends a published target as patched even if its referrers cannot be attached', async () => {
  const world = await worldWith(V1);
  world.registry.referrers = async () => {
    throw new RegistryError('unavailable', 'referrers are unavailable');
  };

  const { id: runId } = await world.run();

  const target = await world.target(runId, 'team/api', 'v1');
  expect(target).toMatchObject({ state: 'patched', patchTag: 'v1-1', patchDigest: target.staged });
  expect(target.detail).toContain('its referrers are not complete');
});

it('ends the jobs that a failed run left open', async () => {
  const world = await worldWith(V1);
  const { id: runId } = await world.run();
  const [job] = await world.jobs(runId);
  if (job === undefined) throw new Error('no job');
  await world.addRunningJob({ ...job, id: 'patch-00ff' });
  world.clock.advance({ seconds: 2 * 3600 });

  await reap(world.services);

  const left = (await world.jobs(runId)).filter(({ id }) => id === 'patch-00ff');
  expect(left).toMatchObject([{ state: 'run-over' }]);
});

it('ends a listing of tags whose pages go in a circle', async () => {
  const world = await worldWith(V1);
  const page = await world.registry.listTags(API);
  const tags = page?.tags ?? [];

  const circle = Object.assign(world.registry, { listTags: async () => ({ tags, next: V1 }) });
  const listing = allTags(circle, API);

  await expect(listing).rejects.toThrow('goes in a circle');
});

it('ends a run whose registry denies all access after a tag was reserved', async () => {
  const world = await worldWith(V1);
  let refused = false;
  const denied = () => new RegistryError('unauthorized', 'the role is gone');
  const { tag, putManifest } = world.registry;
  world.registry.tag = async (...args) => {
    if (refused) throw denied();
    return tag.apply(world.registry, args);
  };
  world.registry.putManifest = async (repository, reference, manifest) => {
    if (repository === API && isTag(reference)) refused = true;
    if (refused) throw denied();
    return putManifest.call(world.registry, repository, reference, manifest);
  };
  const runId = await startRun(world.services, { trigger: 'schedule', due: world.clock.now() });

  for (
    let round = 0;
    round < 400 && (await world.runAt(runId)).finishedAt === undefined;
    round += 1
  ) {
    await world.settle();
    world.clock.advance({ seconds: 1200 });
    await reap(world.services);
  }

  expect((await world.runAt(runId)).state).toBe('completed-with-failures');
  expect(await world.target(runId, 'team/api', 'v1')).toMatchObject({ state: 'failed' });
});

it('patches an image whose history contains a signed URL in quotes', async () => {
  const world = await worldWith(V1);
  const history = [{ created_by: 'RUN curl "https://a.example/b?sv=1&sig=AbCdEf%3D" && tar xf x' }];
  world.script = {
    report: (layers) => ({
      ...patchable(layers),
      Metadata: { ...Object(patchable(layers).Metadata), ImageConfig: { history } },
    }),
  };

  const { id: runId } = await world.run();

  expect(await world.target(runId, 'team/api', 'v1')).toMatchObject({ state: 'patched' });
});
