import { expect, it } from 'vitest';
import { type Digest, digestOf } from '../../lib/image/digest.ts';
import { RepositoryName, Tag } from '../../lib/image/reference.ts';
import { reap } from '../../lib/pipeline/upkeep/reap.ts';
import { seedImage } from '../fakes/registry/seed-image.ts';
import { debianReport } from './debian-report.ts';
import { PipelineWorld } from './pipeline-world.ts';

const STAGING = RepositoryName.parse('patchwright/staging/evil/app');
const PAGE = 500;
const OUTDATED = [{ id: 'CVE-2026-1', package: 'libssl3', fixed: '1.1' }];

/** Two teams, and a flood of tags in the staging of one of them, as a container may push it. */
async function floodedWorld(count: number) {
  const repositories = ['evil/app', 'good/app'].map((name) => RepositoryName.parse(name));
  const world = new PipelineWorld({
    policy: {
      version: 'v1',
      repositories: repositories.map((repository) => ({ repository, tags: ['v1'] })),
    },
    script: { report: (layers) => debianReport(layers.length > 1 ? [] : OUTDATED) },
  });
  await world.seedDatabase();
  for (const repository of repositories) {
    const seed = { repository, tags: [Tag.parse('v1')], layers: [repository] };
    await seedImage(world.registry, { ...seed, config: { config: {} } });
  }
  const flood = new Map<Digest, Tag>();
  for (let at = 0; at < count; at += 1) {
    const tag = Tag.parse(`a${String(at).padStart(6, '0')}`);
    flood.set(digestOf(tag), tag);
  }
  const updatedAt = world.clock.now();
  const { registry } = world;
  const { listTags, listManifests, deleteManifest } = registry;
  const counts = { pages: 0 };
  registry.listTags = async (repository, options = {}) => {
    if (repository !== STAGING) return listTags.call(registry, repository, options);
    counts.pages += 1;
    const own = (await listTags.call(registry, repository, options))?.tags ?? [];
    const { after = '' } = options;
    const rest = [...flood].filter(([, tag]) => tag > after);
    const tags = rest.slice(0, PAGE).map(([digest, tag]) => ({ tag, digest }));
    const next = tags.at(-1)?.tag;
    return rest.length > PAGE && next ? { tags, next } : { tags: [...tags, ...own] };
  };
  registry.listManifests = async (repository, options = {}) => {
    if (repository !== STAGING) return listManifests.call(registry, repository, options);
    counts.pages += 1;
    const { after = '' } = options;
    const rest = [...flood.keys()].filter((digest) => digest > after).sort();
    const manifests = rest.slice(0, PAGE).map((digest) => ({ digest, updatedAt }));
    const next = manifests.at(-1)?.digest;
    return rest.length > PAGE && next ? { manifests, next } : { manifests };
  };
  registry.deleteManifest = async (repository, digest) => {
    if (!flood.delete(digest)) await deleteManifest.call(registry, repository, digest);
  };
  return { world, flood, counts };
}

it('goes on with every image and with the reaper if a staging repository is flooded', async () => {
  const { world, counts } = await floodedWorld(100_001);

  const run = await world.run();

  expect(run).toMatchObject({ state: 'completed', patched: 2 });
  expect(counts.pages).toBeLessThan(30);
  world.clock.advance({ seconds: 7_200 });
  await expect(reap(world.services)).resolves.toBeUndefined();
}, 20_000);

it('empties a flooded staging repository over several rounds of the reaper', async () => {
  const { world, flood } = await floodedWorld(2_500);
  const run = await world.run();
  const left: number[] = [];
  for (let round = 0; round < 4; round += 1) {
    world.clock.advance({ seconds: 6_000 });
    await reap(world.services);
    left.push(flood.size);
  }

  expect(left).toEqual([1_500, 500, 0, 0]);
  expect((await world.runAt(run.id)).lastLookAt).toBeUndefined();
  expect(world.log.filter(({ level }) => level === 'error')).toEqual([]);
});
