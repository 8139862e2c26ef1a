import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { pushLayout } from '../world/registry/push-layout.ts';
import { debianAdvisories, makeDatabase } from './advisories/database.ts';
import { buildDatabaseWriter } from './advisories/database-writer.ts';
import { fewAdvisories } from './advisories/few-advisories.ts';
import type { FinishedRun } from './finished-run.ts';
import type { GroupRecord } from './group-records.ts';
import { LAGGING_ADVISORY } from './images/troubled-images.ts';
import { stderrProgress } from './progress.ts';
import { contentsOf } from './registry-contents.ts';
import { type Scene, startScene } from './scene.ts';
import { seedOperatorImages } from './seed-registry.ts';

const KINDS = ['held', 'lagging', 'unmet', 'needed'] as const;
const DOWN = 'trouble/down';
/** Sources with fixes, beside the one whose package cannot be updated. */
const OTHERS = 2;

let scene: Scene;
let first: FinishedRun;
let second: FinishedRun;
/** The digests of the images that the second run patches again. */
let retried: readonly string[];

beforeAll(async () => {
  scene = await startScene([...KINDS.map(repositoryOf), DOWN], { limitMinutes: 40 });
  const { troubled } = scene.prepared.images;
  for (const kind of KINDS) {
    const { folder } = troubled[kind].layout;
    await pushLayout(scene.world.registry, folder, {
      repository: repositoryOf(kind),
      tags: ['12'],
    });
  }
  const { folder } = troubled.down.layout;
  await pushLayout(scene.world.registry, folder, { repository: DOWN, tags: ['12'] });
  await seedForQuickPatches();
  first = await scene.finished(await scene.startRun());
  // The second run is over once it is known what it retries.
  const before = scene.groups.length;
  const runId = await scene.startRun();
  const group = await vi.waitFor(() => patchGroupAfter(before), {
    timeout: 300_000,
    interval: 200,
  });
  retried = await group.digests();
  await scene.cancelRun(runId);
  second = await scene.finished(runId);
});

afterAll(() => scene?.close());

it.each([
  ['held', 'held', undefined],
  ['lagging', 'not-in-repository', 'the newest available version is 1.0-1; the fix needs 2.0-1'],
  ['unmet', 'dependency', expect.stringContaining('Depends: patchwright-nowhere (>= 2)')],
  ['needed', 'dependency', 'its update would remove company-agent'],
] as const)(
  'patches all packages except the one that is %s, and gives the reason: %s',
  (kind, reason, detail) => {
    const target = first.target(`${repositoryOf(kind)}:12`);

    const name = scene.prepared.images.troubled[kind].package;
    const remaining = { package: name, reason, findings: target.afterFixable };
    expect(target).toMatchObject({ state: 'patched', patchTag: '12-1' });
    expect(target.remaining).toEqual([detail === undefined ? remaining : { ...remaining, detail }]);
    expect(target.beforeFixable).toBeGreaterThan(target.afterFixable ?? 0);
    expect(target.afterFixable).toBeGreaterThan(0);
  },
);

it('fails an image whose package source is down, with a reason of its own that names the source', () => {
  expect(first.target(`${DOWN}:12`)).toMatchObject({
    state: 'failed',
    reason: 'package-source-unreachable',
    detail: expect.stringContaining('http://127.0.0.1:9/debian-security/dists/'),
  });
  expect(Object.keys(contentsOf(scene.world.registry, DOWN).tags)).toEqual(['12']);
});

it('retries in the next run only images whose package source was down', () => {
  const outcomes = second.targets.map(({ repository, state, reason }) => [
    repository,
    reason ?? state,
  ]);

  expect(Object.fromEntries(outcomes)).toEqual({
    ...Object.fromEntries(KINDS.map((kind) => [repositoryOf(kind), 'already-patched'])),
    [DOWN]: 'canceled',
  });
  expect(retried).toEqual([scene.prepared.images.troubled.down.layout.digest]);
});

/**
 * Imports a database with few fixes, so that each patch and each search is short. The tooling image is the
 * images' own base, so that each builder unpacks one image and not two.
 */
async function seedForQuickPatches(): Promise<void> {
  const { prepared, world } = scene;
  const { images } = prepared;
  const trouble = { package: images.troubled.needed.package, others: OTHERS };
  const advisories = [...fewAdvisories(prepared, trouble), LAGGING_ADVISORY];
  const database = await makeDatabase({
    writer: await buildDatabaseWriter(stderrProgress()),
    systems: [debianAdvisories(advisories)],
    folder: await scene.workFolder('database'),
    now: new Date(),
  });
  const tooling = images.tooling.map((image) => ({ ...image, layout: images.outdated }));
  await seedOperatorImages(world.registry, {
    ...prepared,
    database,
    images: { ...images, tooling },
  });
}

function patchGroupAfter(count: number): GroupRecord {
  const group = scene.groups.slice(count).find(({ kind }) => kind === 'patch');
  if (group === undefined) throw new Error('the run has started no patch group');
  return group;
}

function repositoryOf(kind: string): string {
  return `trouble/${kind}`;
}
