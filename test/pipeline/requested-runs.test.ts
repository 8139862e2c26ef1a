import { beforeEach, describe, expect, it } from 'vitest';
import { RepositoryName, Tag } from '../../lib/image/reference.ts';
import { cancelRun } from '../../lib/pipeline/cancellation.ts';
import { type Occurrence, startRun } from '../../lib/pipeline/run/start-run.ts';
import { seedImage } from '../fakes/registry/seed-image.ts';
import { debianReport } from './debian-report.ts';
import { PipelineWorld } from './pipeline-world.ts';

const API = RepositoryName.parse('team/api');
const FAILURE = { outcome: 'failed', failure: 'package-manager-failed', message: 'x' } as const;
const POLICY = {
  version: 'v1',
  repositories: [
    { repository: 'team/api', tags: ['*'] },
    { repository: 'team/web', tags: ['v1', 'v2'] },
    { repository: 'team/old', tags: ['*'], enabled: false },
  ],
};

let world: PipelineWorld;

beforeEach(async () => {
  world = new PipelineWorld({
    policy: POLICY,
    script: {
      report: (layers) =>
        debianReport(layers.length > 1 ? [] : [{ id: 'CVE-1', package: 'libssl3', fixed: '2' }]),
    },
  });
  await world.seedDatabase();
  for (const repository of [API, RepositoryName.parse('team/web')]) {
    for (const tag of ['v1', 'v2']) {
      const layers = [Buffer.from(`${repository} ${tag}`)];
      await seedImage(world.registry, { repository, tags: [Tag.parse(tag)], layers });
    }
  }
});

async function runWith(more: Partial<Occurrence>) {
  const due = world.clock.now();
  const request = due.toISOString();
  const runId = await startRun(world.services, { trigger: 'manual', due, request, ...more });
  await world.settle();
  const run = await world.runAt(runId);
  const targets = await Array.fromAsync(world.services.targets.ofRun(runId));
  return { run, targets, images: targets.map((one) => `${one.repository}:${one.tag}`).sort() };
}

describe('a run for a list of images', () => {
  it('looks at these images only', async () => {
    const { images, run } = await runWith({ images: ['team/api:v2', 'team/web:v1'] });

    expect(images).toEqual(['team/api:v2', 'team/web:v1']);
    expect(run).toMatchObject({ patched: 2, images: ['team/api:v2', 'team/web:v1'] });
  });

  it('names an image that does not exist', async () => {
    const { targets } = await runWith({ images: ['team/api:v9'] });

    expect(targets).toMatchObject([{ tag: 'v9', state: 'skipped', reason: 'not-found' }]);
  });
});

describe('an image that backs off', () => {
  const images = ['team/api:v1'];

  async function failOnce() {
    world.script.patch = ({ digest }) => ({ digest, ...FAILURE });
    const { targets } = await runWith({ images });
    world.clock.advance({ seconds: 3600 });
    return targets[0]?.sourceDigest ?? expect.fail('no source');
  }

  it('is tried again at once by a run with retry, and counts its failures from one', async () => {
    const digest = await failOnce();
    expect((await runWith({ images })).targets[0]?.reason).toBe('backing-off');
    world.clock.advance({ seconds: 3600 });

    const { targets } = await runWith({ images, retry: true });

    expect(targets[0]?.reason).toBe('package-manager-failed');
    const image = await world.services.inventory.findImage({ repository: API, digest });
    expect(image?.failures).toBe(1);
  });

  it('keeps its back-off in a dry run with retry', async () => {
    const digest = await failOnce();

    const { targets } = await runWith({ images, retry: true, dryRun: true });

    expect(targets[0]).toMatchObject({ state: 'planned', reason: 'dry-run' });
    const image = await world.services.inventory.findImage({ repository: API, digest });
    expect(image?.failures).toBe(1);
  });
});

it('records who canceled a run', async () => {
  const runId = await startRun(world.services, { trigger: 'schedule', due: world.clock.now() });
  await cancelRun(world.services, runId, 'a function key');
  await cancelRun(world.services, runId, 'somebody later');

  await world.settle();

  const run = await world.runAt(runId);
  expect(run).toMatchObject({ state: 'canceled', canceledBy: 'a function key' });
  expect((await runWith({ images: ['team/api:v1'] })).run.canceledBy).toBeUndefined();
});

it('warns of a run without targets', async () => {
  const none = { ...POLICY, repositories: [{ ...POLICY.repositories[2] }] };
  world = new PipelineWorld({ policy: none, script: world.script });
  await world.seedDatabase();

  const { run } = await runWith({});

  expect(run).toMatchObject({ state: 'completed', targets: 0 });
  expect(run.warnings).toMatch(/^no targets: the policy enables no repository/);
  expect(world.log.map(({ level, message }) => `${level} ${message}`)).toContain(
    'warn run has warnings',
  );
  expect((await runWith({})).run.warnings).toBeDefined();
});
