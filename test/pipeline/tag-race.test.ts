import { expect, it } from 'vitest';
import { RepositoryName, Tag } from '../../lib/image/reference.ts';
import { seedImage } from '../fakes/registry/seed-image.ts';
import { debianReport } from './debian-report.ts';
import { PipelineWorld } from './pipeline-world.ts';

const API = RepositoryName.parse('team/api');
const PATCH = Tag.parse('v1-1');

/** A CI pushes our patch's tag between our check and our PUT, or right after the PUT. */
async function raceWith(moment: 'before our PUT' | 'after our PUT' | 'never') {
  const policy = { version: 'v1', repositories: [{ repository: 'team/api', tags: ['v1'] }] };
  const finding = { id: 'CVE-2026-1', package: 'libssl3', fixed: '1.1' };
  const world = new PipelineWorld({
    policy,
    script: { report: (layers) => debianReport(layers.length > 1 ? [] : [finding]) },
  });
  await world.seedDatabase();
  const tags = [Tag.parse('v1')];
  await seedImage(world.registry, { repository: API, tags, config: { config: {} } });
  const put = world.registry.putManifest.bind(world.registry);
  const push = async () => {
    world.registry.putManifest = put;
    await seedImage(world.registry, { repository: API, tags: [PATCH], layers: ['of a CI'] });
    world.clock.advance({ seconds: 1 });
  };
  world.registry.putManifest = async (repository, reference, manifest) => {
    const race = reference === PATCH;
    if (race && moment === 'before our PUT') await push();
    const digest = await put(repository, reference, manifest);
    if (race && moment === 'after our PUT') await push();
    return digest;
  };
  const { id: runId } = await world.run();
  const reported = world.log.some(({ message }) => message.startsWith('tag race'));
  return { target: await world.target(runId, 'team/api', 'v1'), reported };
}

it('reports a push that our PUT replaced', async () => {
  const { target, reported } = await raceWith('before our PUT');

  expect(target.state).toBe('patched');
  expect(reported).toBe(true);
});

it('reports a push that replaced our patch, and does not end the target as patched', async () => {
  const { target, reported } = await raceWith('after our PUT');

  expect(target).toMatchObject({ state: 'skipped', reason: 'tag-race-lost' });
  expect(reported).toBe(true);
});

it('reports nothing if nobody else pushes', async () => {
  const { target, reported } = await raceWith('never');

  expect(target.state).toBe('patched');
  expect(reported).toBe(false);
});
