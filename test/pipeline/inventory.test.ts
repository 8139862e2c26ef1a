import { expect, it } from 'vitest';
import type { Digest } from '../../lib/image/digest.ts';
import { RepositoryName, Tag } from '../../lib/image/reference.ts';
import type { Run } from '../../lib/pipeline/records/run.ts';
import { RunId } from '../../lib/pipeline/records/run-id.ts';
import { startRun } from '../../lib/pipeline/run/start-run.ts';
import { type Entity, TABLES } from '../../lib/storage/tables.ts';
import { seedImage } from '../fakes/registry/seed-image.ts';
import { debianReport } from './debian-report.ts';
import { PipelineWorld } from './pipeline-world.ts';

const API = RepositoryName.parse('team/api');
const TAG = Tag.parse('1.4');
const OLD = { id: 'CVE-1', package: 'apt', fixed: '1.1' };
const NEW = { id: 'CVE-2', package: 'libssl3' };

/** What a scan finds in the source, and the ids that patches fix. */
interface Findings {
  readonly source: { readonly id: string; readonly package: string; readonly fixed?: string }[];
  patched: readonly string[];
}

/** One image of `team/api`. */
async function worldWithImage(tags: readonly string[] = ['1.4']) {
  const found: Findings = { source: [OLD], patched: ['CVE-1'] };
  const policy = { version: 'v1', repositories: [{ repository: 'team/api', tags: ['*'] }] };
  const report = (layers: readonly Digest[]) => {
    const left = found.source.filter(({ id }) => !found.patched.includes(id));
    return debianReport(layers.length === 1 ? found.source : left);
  };
  const world = new PipelineWorld({ policy, script: { report } });
  await world.seedDatabase();
  const source = await seedImage(world.registry, {
    repository: API,
    tags: tags.map((tag) => Tag.parse(tag)),
    config: { config: {} },
  });
  const nextNight = (): Promise<Run> => {
    world.clock.advance({ seconds: 86_400 });
    return world.run();
  };
  return { world, source, found, nextNight };
}

async function row(world: PipelineWorld, rowKey: string): Promise<Entity | undefined> {
  return (await world.tables.get(TABLES.inventory, 'team|api', rowKey))?.entity;
}

it('counts a new finding without a fix in the tag and its patch, even if neither is patched again', async () => {
  const { world, source, found, nextNight } = await worldWithImage();
  await world.run();
  found.source.push(NEW);

  const { id: runId } = await nextNight();

  const { scannedAt, patchDigest } = await world.target(runId, 'team/api', '1.4');
  const counted = { counts: 'known', scannedAt, present: true };
  const patch = { ...counted, high: 1, fixable: 0, patchOf: '1.4' };
  expect(await row(world, '1.4')).toMatchObject({ ...counted, high: 2, patchHigh: 1 });
  expect(await row(world, '1.4-1')).toMatchObject({ kind: 'patch', ...patch });
  expect(await row(world, source.digest)).toMatchObject({ kind: 'digest', ...counted, high: 2 });
  expect(await row(world, patchDigest ?? '')).toMatchObject({ kind: 'digest', ...patch });
});

it('recounts a patch from its reports while a new one fails', async () => {
  const { world, found, nextNight } = await worldWithImage();
  await world.run();
  found.source.push({ ...NEW, fixed: '1.1' });
  world.script = {
    ...world.script,
    patch: ({ digest }) => ({ digest, outcome: 'failed', failure: 'tool-failed', message: 'no' }),
  };

  await nextNight();

  expect(await row(world, '1.4')).toMatchObject({
    reason: 'tool-failed',
    high: 2,
    patchTag: '1.4-1',
    patchHigh: 1,
    patchFixable: 1,
  });
});

it('marks a patch as no longer counted after a newer one is published', async () => {
  const { world, found, nextNight } = await worldWithImage();
  await world.run();
  found.source.push({ ...NEW, fixed: '1.1' });
  found.patched = ['CVE-1', 'CVE-2'];

  await nextNight();

  expect(await row(world, '1.4-2')).toMatchObject({ counts: 'known', patchOf: '1.4' });
  const older = await row(world, '1.4-1');
  expect(older).toMatchObject({ present: true, counts: 'unknown', patchTag: '1.4-2' });
  expect(older?.high).toBeUndefined();
});

it('records when a deleted tag was found gone, with its patch and its digests', async () => {
  const { world, source, nextNight } = await worldWithImage();
  await world.run();
  const patched = await row(world, '1.4');
  world.registry.removeTag(API, TAG);
  world.registry.removeTag(API, Tag.parse('1.4-1'));

  const { createdAt } = await nextNight();

  const gone = { present: false, counts: 'unknown' };
  for (const name of ['1.4', '1.4-1', source.digest, String(patched?.patchDigest)]) {
    const found = await row(world, name);
    expect(found).toMatchObject(gone);
    expect(found?.goneAt).toBeInstanceOf(Date);
    expect(Number(found?.goneAt)).toBeGreaterThanOrEqual(createdAt.getTime());
    expect(found?.high).toBeUndefined();
  }
});

it('leaves a tag gone that was deleted while the run looked at it', async () => {
  const { world, nextNight } = await worldWithImage();
  await world.run();
  const { targets } = world.services;
  const addMissing = targets.addMissing.bind(targets);
  targets.addMissing = async (found) => {
    await addMissing(found);
    world.clock.advance({ seconds: 1 });
    for (const tag of [TAG, Tag.parse('1.4-1')]) world.registry.removeTag(API, tag);
  };

  await nextNight();

  expect(await row(world, '1.4')).toMatchObject({ present: false, counts: 'unknown' });
});

it('keeps a digest while it has a tag', async () => {
  const { world, source, nextNight } = await worldWithImage(['1.4', 'latest']);
  await world.run();
  world.registry.removeTag(API, TAG);

  await nextNight();

  expect(await row(world, '1.4')).toMatchObject({ present: false });
  expect(await row(world, source.digest)).toMatchObject({ present: true, tag: 'latest' });
});

it('records that the former digest of a tag is gone', async () => {
  const { world, source, nextNight } = await worldWithImage();
  await world.run();
  await seedImage(world.registry, { repository: API, tags: [TAG], layers: ['another'] });

  const { digest } = await nextNight().then(({ id }) => world.target(id, 'team/api', '1.4'));
  await nextNight();

  expect(await row(world, source.digest)).toMatchObject({ present: false, counts: 'unknown' });
  expect(await row(world, digest ?? '')).toMatchObject({ present: true, counts: 'known' });
});

it.each([
  ['a tag', [{ repository: 'team/api', tags: ['2.0'] }]],
  ['a repository', [{ repository: 'team/other', tags: ['*'] }]],
  ['a disabled repository', [{ repository: 'team/api', tags: ['*'], enabled: false }]],
])(
  'records that %s that left the policy is gone, and restores it later',
  async (_what, repositories) => {
    const { world, nextNight } = await worldWithImage();
    await world.run();
    const { options } = world.services;
    const policySetting = JSON.stringify({ version: 'v1', repositories });
    Object.assign(world.services, { options: { ...options, policySetting } });

    await nextNight();
    const left = [await row(world, '1.4'), await row(world, '1.4-1'), await row(world, '2.0')];
    Object.assign(world.services, { options });
    await nextNight();

    expect(left).toEqual([
      expect.objectContaining({ present: false }),
      expect.objectContaining({ present: false }),
      undefined,
    ]);
    expect(await row(world, '1.4')).toMatchObject({ present: true, patchTag: '1.4-1' });
    expect(await row(world, '1.4')).not.toHaveProperty('goneAt');
  },
);

it('replaces rows of an earlier version, moves those of images, and deletes the others', async () => {
  const { world, source } = await worldWithImage();
  const { tables, services } = world;
  const image = { repository: API, digest: source.digest };
  const claim = { id: RunId.parse('20261101T000000Z-ffff'), deadline: new Date('2030-01-01') };
  await services.inventory.claim(image, claim, { now: world.clock.now(), over: new Set() });
  const own = await tables.get(TABLES.state, 'image|team|api', source.digest);
  if (own === undefined) throw new Error('there is no claim');
  await tables.delete(TABLES.state, 'image|team|api', source.digest, own.etag);
  const former = { ...own.entity, claimedBy: '', partitionKey: 'team|api', failures: 2 };
  await tables.insert(TABLES.inventory, { ...former, rowKey: `@${source.digest}` });
  for (const rowKey of ['1.4', 'ghost']) {
    const columns = { partitionKey: 'team|api', repository: 'team/api', state: 'skipped' };
    await tables.insert(TABLES.inventory, { ...columns, rowKey, tag: rowKey });
  }

  await world.run();

  const left = tables.all(TABLES.inventory).map(({ entity }) => entity);
  expect(left.map(({ kind }) => kind)).not.toContain(undefined);
  expect(left.map(({ rowKey }) => rowKey)).not.toContain('ghost');
  expect(await row(world, '1.4')).toMatchObject({ kind: 'tag', state: 'patched' });
  const moved = await tables.get(TABLES.state, 'image|team|api', source.digest);
  expect(moved?.entity).toMatchObject({ repository: 'team/api', failures: 0 });
});

it('does not change the rows of other images in a run of some images', async () => {
  const { world, nextNight } = await worldWithImage(['1.4', 'latest']);
  await world.run();
  world.registry.removeTag(API, TAG);
  world.clock.advance({ seconds: 3600 });
  const images = ['team/api:latest'];
  const request = { trigger: 'manual', request: 'r', due: world.clock.now(), images } as const;

  await startRun(world.services, request);
  await world.settle();

  expect(await row(world, '1.4')).toMatchObject({ present: true });
  await nextNight();
  expect(await row(world, '1.4')).toMatchObject({ present: false });
});
