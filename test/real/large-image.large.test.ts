import { afterAll, beforeAll, expect, it } from 'vitest';
import { pushLayout } from '../world/registry/push-layout.ts';
import type { FinishedRun } from './finished-run.ts';
import { prepareLargeImage } from './images/large-image.ts';
import { stderrProgress } from './progress.ts';
import { type Scene, startScene } from './scene.ts';
import { DATABASE_REPOSITORY } from './seed-registry.ts';

const LARGE = 'large/debian';

let scene: Scene;
let run: FinishedRun;

beforeAll(async () => {
  const { image, database } = await prepareLargeImage(stderrProgress(), new Date());
  scene = await startScene([LARGE], { limitMinutes: 90 });
  const { registry } = scene.world;
  await pushLayout(registry, image.folder, { repository: LARGE, tags: ['12'] });
  const { folder, tag } = database;
  await pushLayout(registry, folder, { repository: DATABASE_REPOSITORY, tags: [tag] });
  run = await scene.finished(await scene.startRun());
});

afterAll(() => scene?.close());

it('patches an image with a Java runtime, databases, a web server and systemd in it', () => {
  const target = run.target(`${LARGE}:12`);

  expect(target, `${target.reason}: ${target.detail}`).toMatchObject({
    ...{ state: 'patched', builder: 'mount-free', patchTag: '12-1', afterFixable: 0 },
    ...{ afterCritical: 0, afterHigh: 0, afterMedium: 0, afterLow: 0, afterUnknown: 0 },
  });
  expect(target.sourceBytes).toBeGreaterThan(150_000_000);
  expect(target.beforeFixable).toBeGreaterThan(0);
});
