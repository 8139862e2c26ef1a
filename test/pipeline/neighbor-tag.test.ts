import { expect, it } from 'vitest';
import type { ContainerSpec } from '../../lib/containers/container-groups.ts';
import { ImageManifest } from '../../lib/image/manifest.ts';
import { RepositoryName, Tag } from '../../lib/image/reference.ts';
import { PatchJobFile } from '../../lib/job/job-file.ts';
import { containerOf } from '../../lib/pipeline/records/container-names.ts';
import { jobFileOf } from '../fakes/job-file-of.ts';
import { seedImage } from '../fakes/registry/seed-image.ts';
import { debianReport } from './debian-report.ts';
import { fileLayer } from './file-layer.ts';
import { PipelineWorld } from './pipeline-world.ts';
import { runScriptedWorker } from './scripted-worker.ts';

const APP = RepositoryName.parse('team/app');
const OUTDATED = [{ id: 'CVE-2026-1', package: 'libssl3', fixed: '1.1' }];
const BACKDOOR = 'BACKDOOR of pr-123';

const seed = (world: PipelineWorld, tag: string) =>
  seedImage(world.registry, {
    repository: APP,
    tags: [Tag.parse(tag)],
    layers: [tag],
    config: { config: {} },
  });

it('keeps an image out of the patch of another tag of its repository', async () => {
  const evil = await fileLayer({ 'app/server': BACKDOOR });
  const report = (layers: readonly unknown[]) => debianReport(layers.length > 1 ? [] : OUTDATED);
  const world = new PipelineWorld({
    policy: { version: 'v1', repositories: [{ repository: 'team/app', tags: ['*'] }] },
    script: { report },
  });
  await world.seedDatabase();
  const prod = await seed(world, 'prod');
  const pull = await seed(world, 'pr-123');
  const served: string[][] = [];
  const at = () => ({ registry: world.registry, blobs: world.blobs, now: world.clock.now() });
  const { decide } = world.groups;
  world.groups.decide = (spec, nth) => {
    const course = decide(spec, nth);
    if (course.kind !== 'runs') return course;
    return { ...course, work: (_, container) => work(container) };
  };

  /** The container of pr-123 also puts its patch where that of prod belongs. Both may push there. */
  async function work(container: ContainerSpec): Promise<void> {
    const file = PatchJobFile.safeParse(jobFileOf(container, world.blobs));
    const images = file.data?.images ?? [];
    if (file.data !== undefined) served.push(images.map(({ digest }) => digest));
    const hostile = images.some(({ digest }) => digest === pull.digest);
    await runScriptedWorker(container, at(), hostile ? { report, layer: evil } : { report });
    if (!hostile || file.data === undefined) return;
    const { staging, registry: host } = file.data;
    const config = JSON.parse(container.secretFiles['config.json'] ?? '');
    const registry = world.registry.withToken(config.auths[host].registrytoken);
    const [own] = images;
    const [mine, others] = [pull, prod].map(({ digest }) =>
      containerOf({ repository: APP, digest }),
    );
    const staged = own && (await registry.manifest(staging, own.stagingTag));
    const target = own?.stagingTag.replace(mine ?? '', others ?? '');
    if (staged !== undefined) await registry.putManifest(staging, Tag.parse(target), staged);
  }

  const run = await world.run();

  expect(served.sort()).toEqual([[prod.digest], [pull.digest]].sort());
  expect(await world.target(run.id, APP, 'prod')).toMatchObject({ patchTag: 'prod-1' });
  const patch = await world.registry.manifest(APP, Tag.parse('prod-1'));
  const { layers } = ImageManifest.parse(JSON.parse(Buffer.from(patch?.bytes ?? []).toString()));
  const contents = await Promise.all(
    layers.map(({ digest }) => world.registry.blob(APP, digest, 1_000_000)),
  );
  expect(contents.map((bytes) => Buffer.from(bytes ?? []).includes(BACKDOOR))).toEqual([
    false,
    false,
  ]);
});
