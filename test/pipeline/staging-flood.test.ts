import { expect, it } from 'vitest';
import { Digest } from '../../lib/image/digest.ts';
import { RepositoryName, Tag } from '../../lib/image/reference.ts';
import { reap } from '../../lib/pipeline/upkeep/reap.ts';
import { seedImage } from '../fakes/registry/seed-image.ts';
import { debianReport } from './debian-report.ts';
import { PipelineWorld } from './pipeline-world.ts';

const STAGING = RepositoryName.parse('patchwright/staging/evil/app');
const PAGE = 500;
const OUTDATED = [{ id: 'CVE-2026-1', package: 'libssl3', fixed: '1.1' }];

/** The first images of the flood that are after the cursor. They are in the order of both names. */
function pageOf(
  flood: ReadonlyMap<Digest, Tag>,
  isAfter: (digest: Digest, tag: Tag) => boolean,
): readonly (readonly [Digest, Tag])[] {
  const page: [Digest, Tag][] = [];
  for (const [digest, tag] of flood) {
    if (page.length === PAGE) break;
    if (isAfter(digest, tag)) page.push([digest, tag]);
  }
  return page;
}

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
    const number = String(at).padStart(6, '0');
    flood.set(Digest.parse(`sha256:${number.padStart(64, '0')}`), Tag.parse(`a${number}`));
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
    const tags = pageOf(flood, (_, tag) => tag > after).map(([digest, tag]) => ({ tag, digest }));
    const next = tags.at(-1)?.tag;
    return tags.length === PAGE && next ? { tags, next } : { tags: [...tags, ...own] };
  };
  registry.listManifests = async (repository, options = {}) => {
    if (repository !== STAGING) return listManifests.call(registry, repository, options);
    counts.pages += 1;
    const { after = '' } = options;
    const page = pageOf(flood, (digest) => digest > after);
    const manifests = page.map(([digest]) => ({ digest, updatedAt }));
    const next = manifests.at(-1)?.digest;
    return manifests.length === PAGE && next ? { manifests, next } : { manifests };
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
