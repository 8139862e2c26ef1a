import { expect, it } from 'vitest';
import { RepositoryName, Tag } from '../../lib/image/reference.ts';
import { seedImage } from '../fakes/registry/seed-image.ts';
import { debianReport } from './debian-report.ts';
import { PipelineWorld } from './pipeline-world.ts';

const API = RepositoryName.parse('team/api');

it('reads an image once in a step of discovery, however many tags point to it', async () => {
  const world = new PipelineWorld({
    policy: { version: 'v1', repositories: [{ repository: 'team/api', tags: ['*'] }] },
    script: { report: () => debianReport([]) },
  });
  await world.seedDatabase();
  const tags = ['v1', 'v1.2', 'latest'].map((tag) => Tag.parse(tag));
  const { digest } = await seedImage(world.registry, {
    repository: API,
    tags,
    config: { architecture: 'arm64' },
  });
  const reads: string[] = [];
  const manifest = world.registry.manifest.bind(world.registry);
  world.registry.manifest = (repository, reference) => {
    if (repository === API) reads.push(reference);
    return manifest(repository, reference);
  };

  const run = await world.run();

  const reasons = await Promise.all(tags.map((tag) => world.target(run.id, API, tag)));
  expect(reads).toEqual([digest]);
  expect(reasons.map(({ reason }) => reason)).toEqual(tags.map(() => 'unsupported-platform'));
});
