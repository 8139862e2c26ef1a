import { expect, it } from 'vitest';
import { Annotation, ArtifactType } from '../../lib/image/annotations.ts';
import type { Digest } from '../../lib/image/digest.ts';
import { ImageManifest } from '../../lib/image/manifest.ts';
import { RepositoryName, Tag } from '../../lib/image/reference.ts';
import { TABLES } from '../../lib/storage/tables.ts';
import { seedImage } from '../fakes/registry/seed-image.ts';
import { debianReport } from './debian-report.ts';
import { PipelineWorld } from './pipeline-world.ts';

const API = RepositoryName.parse('team/api');
const STAGING = RepositoryName.parse('patchwright/staging/team/api');
const OUTDATED = [{ id: 'CVE-2026-1', package: 'libssl3', fixed: '1.1' }];
const policy = { version: 'v1', repositories: [{ repository: 'team/api', tags: ['*'] }] };

/** Reports an image with one layer as outdated, and one with more layers as patched. */
function patchable(layers: readonly unknown[]) {
  return debianReport(layers.length > 1 ? [] : OUTDATED);
}

async function worldWith(tags: readonly string[], script = { report: patchable }) {
  const world = new PipelineWorld({ policy, script });
  await world.seedDatabase();
  const source = await seedImage(world.registry, {
    repository: API,
    tags: tags.map((tag) => Tag.parse(tag)),
    config: { config: {} },
  });
  return { world, source };
}

/** The files that `oras pull` would write for each referrer, by name. */
async function filesOf(world: PipelineWorld, digest: Digest | undefined) {
  const files = new Map<string, string>();
  const referrers = digest === undefined ? [] : await world.registry.referrers(API, digest);
  for (const one of referrers) {
    const stored = await world.registry.manifest(API, one.digest);
    const { layers } = ImageManifest.parse(JSON.parse(Buffer.from(stored?.bytes ?? []).toString()));
    for (const layer of layers) {
      const bytes = await world.registry.blob(API, layer.digest, 10_000_000);
      const title = layer.annotations?.['org.opencontainers.image.title'] ?? '';
      files.set(title, Buffer.from(bytes ?? []).toString());
    }
  }
  return files;
}

it('publishes a verified patch of an outdated image under its next tag', async () => {
  const { world, source } = await worldWith(['1.4']);

  const run = await world.run();

  const target = await world.target(run.id, 'team/api', '1.4');
  expect(target).toMatchObject({
    state: 'patched',
    patchTag: '1.4-1',
    beforeHigh: 1,
    afterHigh: 0,
  });
  expect(run).toMatchObject({ state: 'completed', targets: 1, patched: 1, active: 0 });
  const patch = await world.registry.manifest(API, Tag.parse('1.4-1'));
  expect(patch?.digest).toBe(target.patchDigest);
  const manifest = ImageManifest.parse(JSON.parse(Buffer.from(patch?.bytes ?? []).toString()));
  expect(manifest.annotations).toMatchObject({
    [Annotation.originKind]: 'image-ref',
    [Annotation.originName]: 'registry.example.com/team/api:1.4',
    [Annotation.originDigest]: source.digest,
    [Annotation.sourceDigest]: source.digest,
    [Annotation.sourceRepository]: 'team/api',
    [Annotation.run]: run.id,
  });
  expect(manifest.annotations).not.toHaveProperty([Annotation.baseName]);
});

it('publishes a patch without the label of Copa, so that images built on it can be patched', async () => {
  const { world } = await worldWith(['1.4']);

  await world.run();

  const patch = await world.registry.manifest(API, Tag.parse('1.4-1'));
  const manifest = ImageManifest.parse(JSON.parse(Buffer.from(patch?.bytes ?? []).toString()));
  const config = await world.registry.blob(API, manifest.config.digest, 1_000_000);
  expect(manifest.config.size).toBe(config?.length);
  expect(Buffer.from(config ?? []).toString()).not.toContain('BaseImage');
});

it('leaves the source unchanged, staging empty and no group running', async () => {
  const { world, source } = await worldWith(['1.4']);

  await world.run();

  expect((await world.registry.tag(API, Tag.parse('1.4')))?.digest).toBe(source.digest);
  expect(world.registry.digests(STAGING)).toEqual([]);
  expect(world.groups.all()).toEqual([]);
});

it('attaches the fixed findings, an SBOM and both reports to the patch', async () => {
  const { world } = await worldWith(['1.4']);

  const run = await world.run();

  const { patchDigest } = await world.target(run.id, 'team/api', '1.4');
  const referrers = patchDigest && (await world.registry.referrers(API, patchDigest));
  const types = Array.isArray(referrers) ? referrers.map((one) => one.artifactType) : [];
  const { ofSource: _, ...always } = ArtifactType;
  expect(types.sort()).toEqual(Object.values(always).sort());
});

it('gives each referrer a file name, and lists what the source has', async () => {
  const { world, source } = await worldWith(['1.4']);
  const subject = source.descriptor;
  await seedImage(world.registry, {
    repository: API,
    artifactType: 'application/spdx+json',
    subject,
  });
  const signature = Tag.parse(`${source.digest.replace(':', '-')}.sig`);
  await seedImage(world.registry, { repository: API, tags: [signature], layers: ['a signature'] });

  const run = await world.run();

  const { patchDigest } = await world.target(run.id, 'team/api', '1.4');
  const files = await filesOf(world, patchDigest);
  expect([...files.keys()].sort()).toEqual([
    'of-source.json',
    'report-after.json',
    'report-before.json',
    'sbom.cdx.json',
    'vex.openvex.json',
  ]);
  expect(JSON.parse(files.get('of-source.json') ?? '')).toMatchObject({
    digest: source.digest,
    artifacts: [{ type: 'application/spdx+json' }, { tag: signature }],
  });
});

it('scans, patches and verifies an image with two tags once, and publishes it under both', async () => {
  const { world } = await worldWith(['1.4', '1.4.2']);

  const run = await world.run();

  const [one, two] = await Promise.all([
    world.target(run.id, 'team/api', '1.4'),
    world.target(run.id, 'team/api', '1.4.2'),
  ]);
  expect([one.patchTag, two.patchTag]).toEqual(['1.4-1', '1.4.2-1']);
  expect(one.patchDigest).toBe(two.patchDigest);
  expect(world.groups.creations()).toHaveLength(3);
});

it('attaches no second set of referrers when it publishes a patch under another tag', async () => {
  const { world, source } = await worldWith(['1.4']);
  await world.run();
  const image = await world.registry.manifest(API, source.digest);
  await world.registry.putManifest(API, Tag.parse('1.4.2'), {
    bytes: image?.bytes ?? new Uint8Array(),
    mediaType: image?.mediaType ?? '',
  });
  world.clock.advance({ seconds: 86_400 });

  const run = await world.run();

  const { patchTag, patchDigest } = await world.target(run.id, 'team/api', '1.4.2');
  const referrers = patchDigest && (await world.registry.referrers(API, patchDigest));
  expect(patchTag).toBe('1.4.2-1');
  expect(referrers).toHaveLength(4);
});

it('finds nothing to do in a second run', async () => {
  const { world } = await worldWith(['1.4']);
  await world.run();
  const before = world.registry.digests(API);
  world.clock.advance({ seconds: 86_400 });

  const run = await world.run();

  const target = await world.target(run.id, 'team/api', '1.4');
  expect(target).toMatchObject({ state: 'already-patched', patchTag: '1.4-1' });
  expect(world.registry.digests(API)).toEqual(before);
  expect(run.targets).toBe(1);
});

it('publishes an existing patch under a later tag without building it again', async () => {
  const { world } = await worldWith(['1.4']);
  const first = await world.run();
  await seedImage(world.registry, {
    repository: API,
    tags: [Tag.parse('2.0')],
    config: { config: {} },
  });
  world.clock.advance({ seconds: 86_400 });

  const run = await world.run();

  const [old, later] = await Promise.all([
    world.target(first.id, 'team/api', '1.4'),
    world.target(run.id, 'team/api', '2.0'),
  ]);
  expect(later).toMatchObject({
    state: 'patched',
    patchTag: '2.0-1',
    patchDigest: old.patchDigest,
  });
  const kinds = (await world.jobs(run.id)).map((job) => job.kind).sort();
  expect(kinds).toEqual(['publish', 'scan', 'verify']);
});

it('recognizes its patches after the inventory was lost', async () => {
  const { world } = await worldWith(['1.4', '1.4.2']);
  await world.run();
  for (const { entity, etag } of world.tables.all(TABLES.inventory)) {
    const { partitionKey, rowKey } = entity;
    await world.tables.delete(TABLES.inventory, partitionKey, rowKey, etag);
  }
  const newer = [...OUTDATED, { id: 'CVE-2026-2', package: 'zlib1g', fixed: '1.1' }];
  world.script = { report: (layers) => debianReport(layers.length > 1 ? [] : newer) };
  world.clock.advance({ seconds: 86_400 });
  const again = await world.run();
  world.clock.advance({ seconds: 86_400 });

  const last = await world.run();

  const tags = ['1.4', '1.4.2'];
  const after = (run: typeof last) =>
    Promise.all(tags.map((tag) => world.target(run.id, 'team/api', tag)));
  expect((await after(again)).map(({ patchTag }) => patchTag)).toEqual(['1.4-2', '1.4.2-2']);
  expect((await after(last)).map(({ state }) => state)).toEqual(tags.map(() => 'already-patched'));
  expect(last).toMatchObject({ state: 'completed', alreadyPatched: 2, skipped: 0 });
  expect(last.targets).toBe(2);
});
