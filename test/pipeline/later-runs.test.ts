import { describe, expect, it } from 'vitest';
import { digestOf } from '../../lib/image/digest.ts';
import { ImageManifest } from '../../lib/image/manifest.ts';
import { RepositoryName, Tag } from '../../lib/image/reference.ts';
import { RunId } from '../../lib/pipeline/records/run-id.ts';
import { stagingOf } from '../../lib/pipeline/staging/staging-names.ts';
import { RegistryError } from '../../lib/registry/registry.ts';
import { type ImageSeed, seedImage } from '../fakes/registry/seed-image.ts';
import { debianReport } from './debian-report.ts';
import { PipelineWorld } from './pipeline-world.ts';

const API = RepositoryName.parse('team/api');
const V1 = Tag.parse('v1');
const DAY = { seconds: 86_400 };

async function worldWithImage(convention = 'incremental', image: Partial<ImageSeed> = {}) {
  let fixed = 1;
  const policy = {
    version: 'v1',
    'tag-convention': convention,
    repositories: [{ repository: 'team/api', tags: ['*'] }],
  };
  const report = (layers: readonly unknown[]) =>
    debianReport(layers.length > 1 ? [] : [{ id: 'CVE-1', package: 'apt', fixed: `1.${fixed}` }]);
  const world = new PipelineWorld({ policy, script: { report } });
  await world.seedDatabase();
  const source = await seedImage(world.registry, {
    repository: API,
    tags: [V1],
    config: { config: {} },
    ...image,
  });
  const nextFix = () => {
    fixed += 1;
    world.clock.advance(DAY);
  };
  return { world, source, nextFix };
}

const inventory = (world: PipelineWorld) =>
  world.services.inventory.findTag({ repository: API, tag: V1 });

it('patches an image again after 55 earlier patches', async () => {
  const { world, nextFix } = await worldWithImage();
  for (let day = 1; day <= 55; day += 1) {
    await world.run();
    nextFix();
  }

  const { id: runId } = await world.run();

  const target = await world.target(runId, 'team/api', 'v1');
  expect(target).toMatchObject({ state: 'patched', patchTag: 'v1-56' });
}, 60_000);

it('keeps the finding counts of a patched image in the next run', async () => {
  const { world } = await worldWithImage();
  await world.run();
  world.clock.advance(DAY);

  const { id: runId } = await world.run();

  expect(await inventory(world)).toMatchObject({
    state: 'already-patched',
    high: 1,
    patchHigh: 0,
    patchFixable: 0,
    patchScannedAt: (await world.target(runId, 'team/api', 'v1')).scannedAt,
  });
});

it('keeps the inventory data of an image that another run has claimed', async () => {
  const { world, source } = await worldWithImage();
  await world.run();
  world.clock.advance(DAY);
  const other = { id: RunId.parse('20261101T000000Z-ffff'), deadline: new Date('2030-01-01') };
  const image = { repository: API, digest: source.digest };
  await world.services.inventory.claim(image, other, { now: world.clock.now(), over: new Set() });

  await world.run();

  expect(await inventory(world)).toMatchObject({
    state: 'patched',
    patchTag: 'v1-1',
    patchHigh: 0,
    high: 1,
  });
});

it('never patches its own patches when the tag convention changes', async () => {
  const { world } = await worldWithImage();
  await world.run();
  world.clock.advance(DAY);
  const policy = JSON.parse(world.services.options.policySetting ?? '');
  const floating = { ...policy, 'tag-convention': 'floating' };
  const changed = { ...world.services.options, policySetting: JSON.stringify(floating) };
  Object.assign(world.services, { options: changed });

  await world.run();

  const tags = (await world.registry.listTags(API))?.tags.map(({ tag }) => tag);
  expect(tags).toEqual(['v1', 'v1-1', 'v1-patched']);
});

it('keeps the numbered patch in the inventory while the floating tag belongs to others', async () => {
  const { world } = await worldWithImage();
  await world.run();
  world.clock.advance(DAY);
  const before = await inventory(world);
  const policy = JSON.parse(world.services.options.policySetting ?? '');
  const both = { ...policy, 'tag-convention': ['incremental', 'floating'] };
  const changed = { ...world.services.options, policySetting: JSON.stringify(both) };
  Object.assign(world.services, { options: changed });
  const config = { config: { Labels: { maintainer: 'others' } } };
  await seedImage(world.registry, { repository: API, tags: [Tag.parse('v1-patched')], config });

  await world.run();

  const { patchTag = '', patchDigest } = before ?? {};
  expect(await inventory(world)).toMatchObject({
    reason: 'tag-ambiguous',
    ...{ patchTag, patchDigest, patchCounts: 'known', patchHigh: 0 },
  });
});

it('assesses an image that was built on top of a patch as a source of its own', async () => {
  const { world } = await worldWithImage();
  await world.run();
  const patch = await world.registry.manifest(API, Tag.parse('v1-1'));
  const manifest = ImageManifest.parse(JSON.parse(Buffer.from(patch?.bytes ?? []).toString()));
  const app = Buffer.from('another application');
  await world.registry.putBlob(API, digestOf(app), app);
  const layer = { ...manifest.layers[0], digest: digestOf(app), size: app.length };
  const built = { ...manifest, layers: [...manifest.layers, layer] };
  // `crane append` keeps annotations and labels in the same way.
  await world.registry.putManifest(API, Tag.parse('v2'), {
    bytes: Buffer.from(JSON.stringify(built)),
    mediaType: manifest.mediaType ?? '',
  });
  world.clock.advance(DAY);

  const { id: runId } = await world.run();

  expect(await world.target(runId, 'team/api', 'v2')).toMatchObject({
    state: 'clean',
    beforeHigh: 0,
  });
});

describe('an image with the label of Copacetic', () => {
  const withLabel = (label: string) =>
    worldWithImage('incremental', {
      config: { config: { labels: { BaseImage: label } } },
    });

  it.each(['evil.example/x', 'registry.example.com/team/api:gone'])(
    'is patched from a copy without the label: %s',
    async (label) => {
      const { world, source } = await withLabel(label);

      const { id: runId } = await world.run();

      const target = await world.target(runId, 'team/api', 'v1');
      expect(target).toMatchObject({ state: 'patched', sourceDigest: source.digest });
      const patch = await world.registry.manifest(API, Tag.parse('v1-1'));
      const { config } = ImageManifest.parse(
        JSON.parse(Buffer.from(patch?.bytes ?? []).toString()),
      );
      const bytes = await world.registry.blob(API, config.digest, 1_000_000);
      expect(Buffer.from(bytes ?? []).toString()).not.toContain('BaseImage');
      const staging = await world.registry.listTags(stagingOf(API));
      expect(staging?.tags ?? []).toEqual([]);
    },
  );

  it('is scanned and not patched if it is a patch that others made in this repository', async () => {
    const { world } = await worldWithImage('incremental', { layers: ['v1'] });
    const BaseImage = 'registry.example.com/team/api:v1';
    await seedImage(world.registry, {
      repository: API,
      tags: [Tag.parse('prod')],
      layers: ['v1', 'more'],
      annotations: { 'sh.copa.image.patched': '2026-11-01T00:00:00Z' },
      config: { config: { labels: { BaseImage } } },
    });
    world.script = { report: () => debianReport([{ id: 'CVE-1', package: 'apt', fixed: '1.1' }]) };

    const { id: runId } = await world.run();

    expect(await world.target(runId, 'team/api', 'prod')).toMatchObject({
      state: 'skipped',
      reason: 'patched-elsewhere',
      detail: `a patch of ${BaseImage}`,
      beforeHigh: 1,
    });
  });
});

it('records no patch tag if the registry refuses it as locked', async () => {
  const { world } = await worldWithImage();
  const put = world.registry.putManifest.bind(world.registry);
  world.registry.putManifest = async (repository, reference, manifest) => {
    if (reference === 'v1-1') throw new RegistryError('locked', 'the repository is locked');
    return put(repository, reference, manifest);
  };

  const { id: runId } = await world.run();

  const target = await world.target(runId, 'team/api', 'v1');
  expect(target).toMatchObject({ state: 'failed', reason: 'manifest-locked' });
  expect([target.patchTag, (await inventory(world))?.patchTag]).toEqual([undefined, undefined]);
});
