import { afterAll, beforeAll, expect, it } from 'vitest';
import { pushLayout } from '../world/registry/push-layout.ts';
import type { FinishedRun } from './finished-run.ts';
import { contentsOf } from './registry-contents.ts';
import { type Scene, startScene } from './scene.ts';

const KINDS = ['held', 'lagging', 'unmet', 'needed'] as const;
const DOWN = 'trouble/down';

let scene: Scene;
let first: FinishedRun;
let second: FinishedRun;

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
  first = await scene.finished(await scene.startRun());
  second = await scene.finished(await scene.startRun());
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
    [DOWN]: 'package-source-unreachable',
  });
});

function repositoryOf(kind: string): string {
  return `trouble/${kind}`;
}
