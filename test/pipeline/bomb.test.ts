import { expect, it } from 'vitest';
import { digestOf } from '../../lib/image/digest.ts';
import { RepositoryName, Tag } from '../../lib/image/reference.ts';
import { seedImage } from '../fakes/registry/seed-image.ts';
import { debianReport } from './debian-report.ts';
import { PipelineWorld } from './pipeline-world.ts';

it('fails only the image that brings down each container group that scans it', async () => {
  const teams = Array.from({ length: 20 }, (_, at) => `team${String(at).padStart(2, '0')}/app`);
  const bomb = digestOf('team07/app');
  const world = new PipelineWorld({
    policy: {
      version: 'v1',
      repositories: teams.map((repository) => ({ repository, tags: ['v1'] })),
    },
    script: {
      report: (layers) => {
        // The container is gone before it writes its result.
        if (layers.includes(bomb)) throw new Error('out of memory');
        return debianReport([]);
      },
    },
  });
  await world.seedDatabase();
  for (const name of teams) {
    const repository = RepositoryName.parse(name);
    await seedImage(world.registry, { repository, tags: [Tag.parse('v1')], layers: [name] });
  }

  const run = await world.run();

  expect(run).toMatchObject({ clean: 19, failed: 1 });
  expect(await world.target(run.id, 'team07/app', 'v1')).toMatchObject({ state: 'failed' });
});
