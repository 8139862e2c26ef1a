import { describe, expect, it } from 'vitest';
import { Annotation } from '../../lib/image/annotations.ts';
import { type Digest, digestOf } from '../../lib/image/digest.ts';
import { ImageManifest } from '../../lib/image/manifest.ts';
import { RepositoryName, Tag } from '../../lib/image/reference.ts';
import { tableStores } from '../../lib/pipeline/stores/tables/table-stores.ts';
import { fingerprint, fixable, scanOf } from '../../lib/report/finding.ts';
import { parseTrivyReport } from '../../lib/report/trivy-report.ts';
import { MemoryTables } from '../fakes/memory-tables.ts';
import { type ImageSeed, seedImage } from '../fakes/registry/seed-image.ts';
import { debianReport } from './debian-report.ts';
import { PipelineWorld } from './pipeline-world.ts';

const API = RepositoryName.parse('team/api');
const OUTDATED = debianReport([{ id: 'CVE-2026-1', package: 'libssl3', fixed: '1.1' }]);
const NEW_ADVISORY = debianReport([
  { id: 'CVE-2026-1', package: 'libssl3', fixed: '1.1' },
  { id: 'CVE-2026-2', package: 'libssl3', fixed: '1.2' },
]);
const FIXED = debianReport([]);
const DAY = { seconds: 86_400 };

/** A world that scans images by their layers: a digest in `fixed` makes an image clean. */
async function newWorld(options: { readonly convention?: string; readonly tags?: string[] } = {}) {
  const { convention = 'incremental', tags = ['*'] } = options;
  const vulnerable = new Set<Digest>();
  const scans: string[] = [];
  const source = { report: OUTDATED };
  const policy = {
    version: 'v1',
    'tag-convention': convention,
    repositories: [{ repository: 'team/api', tags }],
  };
  const report = (layers: readonly Digest[]) => {
    scans.push(layers.join());
    const isFixed = layers.length > 1 && !layers.some((layer) => vulnerable.has(layer));
    return isFixed ? FIXED : source.report;
  };
  const world = new PipelineWorld({ policy, script: { report } });
  await world.seedDatabase();
  return { world, vulnerable, scans, source };
}

const push = (world: PipelineWorld, tag: string, seed: Partial<ImageSeed> = {}) =>
  seedImage(world.registry, {
    repository: API,
    tags: [Tag.parse(tag)],
    layers: ['v1'],
    config: { config: {} },
    ...seed,
  });

/** The annotations of a patch for what a scan of `v1` finds: everybody can compute them. */
function forged(source: Digest): Readonly<Record<string, string>> {
  const parsed = parseTrivyReport(Buffer.from(JSON.stringify(OUTDATED)));
  if (!parsed.ok) throw new Error(parsed.fault);
  return {
    [Annotation.sourceRepository]: API,
    [Annotation.sourceDigest]: source,
    [Annotation.fingerprint]: fingerprint(fixable(scanOf(parsed.value))),
  };
}

function loseTables(world: PipelineWorld): void {
  Object.assign(world.services, tableStores(new MemoryTables()));
  world.clock.advance(DAY);
}

async function manifestAt(world: PipelineWorld, tag: string): Promise<ImageManifest> {
  const stored = await world.registry.manifest(API, Tag.parse(tag));
  return ImageManifest.parse(JSON.parse(Buffer.from(stored?.bytes ?? []).toString()));
}

const tagsOf = async (world: PipelineWorld) =>
  (await world.registry.listTags(API))?.tags.map(({ tag }) => tag);

/** Appends a layer as `crane append` does: it keeps annotations and labels. */
async function appendTo(world: PipelineWorld, base: string, tag: string, content: string) {
  const manifest = await manifestAt(world, base);
  const layer = Buffer.from(content);
  await world.registry.putBlob(API, digestOf(layer), layer);
  const bytes = await world.registry.blob(API, manifest.config.digest, 1_000_000);
  const config = JSON.parse(Buffer.from(bytes ?? []).toString());
  config.rootfs.diff_ids.push(digestOf(layer));
  const configBytes = Buffer.from(JSON.stringify(config));
  await world.registry.putBlob(API, digestOf(configBytes), configBytes);
  const mediaType = manifest.layers[0]?.mediaType;
  const appended = {
    ...manifest,
    config: { ...manifest.config, digest: digestOf(configBytes), size: configBytes.length },
    layers: [...manifest.layers, { mediaType, digest: digestOf(layer), size: layer.length }],
  };
  await world.registry.putManifest(API, Tag.parse(tag), {
    bytes: Buffer.from(JSON.stringify(appended)),
    mediaType: manifest.mediaType ?? '',
  });
  return digestOf(layer);
}

describe('an image with forged annotations of a patch', () => {
  it('is a source like any other, and its source is patched under the next number', async () => {
    const { world } = await newWorld();
    const { digest } = await push(world, 'v1');
    const evil = await push(world, 'v1-1', { layers: ['evil'], annotations: forged(digest) });

    const { id: runId } = await world.run();

    const source = await world.target(runId, API, 'v1');
    expect(source).toMatchObject({ state: 'patched', patchTag: 'v1-2' });
    expect(source.patchDigest).not.toBe(evil.digest);
    expect(await world.target(runId, API, 'v1-1')).toMatchObject({
      sourceDigest: evil.digest,
      beforeHigh: 1,
      state: 'patched',
    });
  });

  it('does not become a patch of ours if it begins with the layers of its source', async () => {
    const { world, vulnerable } = await newWorld();
    const { digest } = await push(world, 'v1');
    vulnerable.add(digestOf('evil'));
    await push(world, 'v1-1', { layers: ['v1', 'evil'], annotations: forged(digest) });

    const { id: runId } = await world.run();

    expect(await world.target(runId, API, 'v1')).toMatchObject({
      state: 'patched',
      patchTag: 'v1-2',
    });
    expect(await world.target(runId, API, 'v1-1')).toMatchObject({
      state: 'skipped',
      reason: 'patched-elsewhere',
      beforeHigh: 1,
    });
    world.clock.advance(DAY);
    const { id: next } = await world.run();
    expect(await world.target(next, API, 'v1')).toMatchObject({
      state: 'already-patched',
      patchTag: 'v1-2',
    });
  });

  it('has its own findings, not those of the image that it names', async () => {
    const { world, vulnerable } = await newWorld({ tags: ['prod'] });
    vulnerable.add(digestOf('vulnerable'));
    const { digest: clean } = await push(world, 'base', { layers: ['v1', 'clean'] });
    const layers = ['v1', 'clean', 'vulnerable'];
    const { digest } = await push(world, 'prod', { layers, annotations: forged(clean) });

    await world.run();

    const prod = await world.services.inventory.findTag({
      repository: API,
      tag: Tag.parse('prod'),
    });
    expect(prod).toMatchObject({ digest, sourceDigest: digest, counts: 'known', high: 1 });
  });

  it('is never replaced by a floating tag', async () => {
    const { world, vulnerable } = await newWorld({ convention: 'floating', tags: ['v1'] });
    const { digest } = await push(world, 'v1');
    vulnerable.add(digestOf('evil'));
    const layers = ['v1', 'evil'];
    const evil = await push(world, 'v1-patched', { layers, annotations: forged(digest) });

    const { id: runId } = await world.run();

    expect(await world.target(runId, API, 'v1')).toMatchObject({
      state: 'skipped',
      reason: 'tag-ambiguous',
      beforeHigh: 1,
    });
    expect((await world.registry.tag(API, Tag.parse('v1-patched')))?.digest).toBe(evil.digest);
  });
});

/** Tags `v1-1` with a config in which a runtime sees another entrypoint and user than this app. */
async function repeatMember(world: PipelineWorld): Promise<Digest> {
  const manifest = await manifestAt(world, 'v1-1');
  const bytes = await world.registry.blob(API, manifest.config.digest, 1_000_000);
  const config = Buffer.from(bytes ?? []).toString();
  const evil = Buffer.from(
    config.replace('"config":', '"config":{"Entrypoint":["/evil"],"User":"0"},"config":'),
  );
  await world.registry.putBlob(API, digestOf(evil), evil);
  const changed = { ...manifest.config, digest: digestOf(evil), size: evil.length };
  const forgery = Buffer.from(JSON.stringify({ ...manifest, config: changed }));
  const mediaType = manifest.mediaType ?? '';
  await world.registry.putManifest(API, Tag.parse('v1-1'), { bytes: forgery, mediaType });
  return digestOf(forgery);
}

describe('after the tables were lost', () => {
  it('a patch whose config has a member twice does not become ours', async () => {
    const { world } = await newWorld({ tags: ['v1'] });
    await push(world, 'v1');
    await world.run();
    const forgery = await repeatMember(world);
    loseTables(world);

    const { id: runId } = await world.run();

    const source = await world.target(runId, API, 'v1');
    expect(source).toMatchObject({ state: 'patched', patchTag: 'v1-2' });
    expect(source.patchDigest).not.toBe(forgery);
  });

  it.each([
    ['incremental', 'v1-1'],
    ['floating', 'v1-patched'],
  ])('a patch is verified again, and then it is ours: %s', async (convention, patchTag) => {
    const { world, scans } = await newWorld({ convention, tags: ['v1'] });
    await push(world, 'v1');
    await world.run();
    const patch = (await world.registry.tag(API, Tag.parse(patchTag)))?.digest;
    loseTables(world);
    scans.length = 0;

    const { id: runId } = await world.run();

    expect(await world.target(runId, API, 'v1')).toMatchObject({
      state: 'already-patched',
      patchTag,
      patchDigest: patch,
      afterHigh: 0,
    });
    expect(scans).toHaveLength(2);
    expect(await tagsOf(world)).toEqual(['v1', patchTag]);
    const groups = world.groups.creations().length;
    world.clock.advance(DAY);
    const { id: next } = await world.run();
    expect(await world.target(next, API, 'v1')).toMatchObject({
      state: 'already-patched',
      patchTag,
    });
    expect(scans).toHaveLength(3);
    expect(world.groups.creations().length - groups).toBe(1);
  });

  it('a floating patch from before a new advisory is verified, and then replaced', async () => {
    const { world, source } = await newWorld({ convention: 'floating', tags: ['v1'] });
    const { digest } = await push(world, 'v1');
    await world.run();
    const first = (await world.registry.tag(API, Tag.parse('v1-patched')))?.digest;
    loseTables(world);
    source.report = NEW_ADVISORY;

    const { id: runId } = await world.run();

    const target = await world.target(runId, API, 'v1');
    expect(target).toMatchObject({ state: 'patched', patchTag: 'v1-patched', beforeHigh: 2 });
    expect(target.patchDigest).not.toBe(first);
    const image = await world.services.inventory.findImage({ repository: API, digest });
    expect(image?.patchDigests).toEqual([first, target.patchDigest]);
  });

  it('an image under a floating tag that fixes none of the findings stays', async () => {
    const { world, vulnerable, source } = await newWorld({ convention: 'floating', tags: ['v1'] });
    await push(world, 'v1');
    await world.run();
    const first = (await world.registry.tag(API, Tag.parse('v1-patched')))?.digest;
    for (const { digest } of (await manifestAt(world, 'v1-patched')).layers) vulnerable.add(digest);
    loseTables(world);
    source.report = NEW_ADVISORY;

    const { id: runId } = await world.run();

    expect(await world.target(runId, API, 'v1')).toMatchObject({
      state: 'skipped',
      reason: 'tag-ambiguous',
    });
    expect((await world.registry.tag(API, Tag.parse('v1-patched')))?.digest).toBe(first);
  });

  it('a floating patch of a source that has moved is scanned, and never replaced unproven', async () => {
    const { world } = await newWorld({ convention: 'floating' });
    await push(world, 'v1');
    await world.run();
    const first = (await world.registry.tag(API, Tag.parse('v1-patched')))?.digest;
    await push(world, 'v1', { layers: ['v1 again'] });
    loseTables(world);

    const { id: runId } = await world.run();

    expect(await world.target(runId, API, 'v1')).toMatchObject({
      state: 'skipped',
      reason: 'tag-ambiguous',
      beforeHigh: 1,
    });
    expect(await world.target(runId, API, 'v1-patched')).toMatchObject({ state: 'clean' });
    expect((await world.registry.tag(API, Tag.parse('v1-patched')))?.digest).toBe(first);
  });

  it('a patch whose source was purged gets no patch of its own', async () => {
    const { world, vulnerable } = await newWorld();
    const { digest: purged } = await push(world, 'v1');
    await world.run();
    for (const layer of (await manifestAt(world, 'v1-1')).layers) vulnerable.add(layer.digest);
    await push(world, 'v1', { layers: ['v1 again'] });
    await world.registry.deleteManifest(API, purged);
    loseTables(world);

    const { id: runId } = await world.run();

    expect(await world.target(runId, API, 'v1-1')).toMatchObject({
      state: 'skipped',
      reason: 'patched-elsewhere',
      beforeHigh: 1,
    });
    expect(await tagsOf(world)).not.toContain('v1-1-1');
  });

  it('an image that was built on a patch is scanned as what it is', async () => {
    const { world } = await newWorld();
    await push(world, 'v1');
    await world.run();
    await appendTo(world, 'v1-1', 'v2', 'the application of v2');
    loseTables(world);

    const { id: runId } = await world.run();

    expect(await world.target(runId, API, 'v2')).toMatchObject({ state: 'clean' });
    expect(await world.target(runId, API, 'v1')).toMatchObject({
      state: 'already-patched',
      patchTag: 'v1-1',
    });
    expect(await world.target(runId, API, 'v1-1')).toMatchObject({ state: 'clean' });
    expect(await tagsOf(world)).toEqual(['v1', 'v1-1', 'v2']);
  });

  it('an image that was built on a patch gets a patch of its own content', async () => {
    const { world, vulnerable } = await newWorld({ tags: ['v1', 'v2'] });
    await push(world, 'v1');
    await world.run();
    const application = await appendTo(world, 'v1-1', 'v2', 'the application of v2');
    vulnerable.add(application);
    loseTables(world);
    const { id: runId } = await world.run();

    const { state, reason } = await world.target(runId, API, 'v2');
    // The scripted patch fixes nothing in this image, so it is refused: v1's patch is not used.
    expect({ state, reason }).toEqual({ state: 'rejected', reason: 'not-fixed' });
    expect(await tagsOf(world)).toEqual(['v1', 'v1-1', 'v2']);
  });

  it('another tag of the image gets the verified patch too', async () => {
    const { world } = await newWorld({ tags: ['v1', 'latest'] });
    const { digest } = await push(world, 'v1');
    await world.run();
    await push(world, 'latest');
    expect((await world.registry.tag(API, Tag.parse('latest')))?.digest).toBe(digest);
    loseTables(world);

    const { id: runId } = await world.run();

    const patch = (await world.registry.tag(API, Tag.parse('v1-1')))?.digest;
    expect(await world.target(runId, API, 'latest')).toMatchObject({
      state: 'patched',
      patchTag: 'latest-1',
      patchDigest: patch,
    });
  });
});

it('costs a good night no scan and no manifest more for a patch that the inventory knows', async () => {
  const { world, scans } = await newWorld();
  await push(world, 'v1');
  await world.run();
  world.clock.advance(DAY);
  scans.length = 0;
  const reads: string[] = [];
  const manifest = world.registry.manifest.bind(world.registry);
  world.registry.manifest = (repository, reference) => {
    if (repository === API) reads.push(reference);
    return manifest(repository, reference);
  };

  await world.run();

  // The patch for its annotations (once for its base, once for itself), the source, the patch again
  // for the inventory's list of patches.
  expect(scans).toHaveLength(1);
  expect(reads).toHaveLength(4);
});
