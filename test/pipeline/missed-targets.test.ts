import { expect, it } from 'vitest';
import { RepositoryName, Tag } from '../../lib/image/reference.ts';
import { LOG_LINES } from '../../lib/pipeline/log-lines.ts';
import { MemoryWebhook } from '../fakes/memory-webhook.ts';
import { seedImage } from '../fakes/registry/seed-image.ts';
import { debianReport } from './debian-report.ts';
import { PipelineWorld } from './pipeline-world.ts';

it('tells once that findings are open for longer than their target', async () => {
  const webhook = new MemoryWebhook();
  const days = 2;
  const world = new PipelineWorld({
    policy: { version: 'v1', repositories: [{ repository: 'team/api', tags: ['*'] }] },
    script: { report: () => debianReport([{ id: 'CVE-1', package: 'apt', fixed: '1.1' }]) },
    webhook,
    pipeline: {
      builder: { kind: 'none' },
      targetDays: { critical: days, high: days, medium: days, low: days, unknown: days },
    },
  });
  await world.seedDatabase();
  await seedImage(world.registry, {
    repository: RepositoryName.parse('team/api'),
    tags: [Tag.parse('v1')],
    config: { config: {} },
  });
  const lines = () => world.log.filter(({ message }) => message === 'target missed');
  const told: number[] = [];
  for (let night = 0; night < 6; night += 1) {
    await world.run();
    told.push(lines().length);
    world.clock.advance({ seconds: 86_400 });
  }

  expect(told).toEqual([0, 0, 1, 1, 1, 1]);
  const [line] = lines();
  expect(LOG_LINES['target missed'].strict().safeParse(line?.fields).error).toBeUndefined();
  const bodies = webhook.accepted.map(({ body }) => JSON.parse(body));
  const events = bodies.filter(({ type }) => type === 'io.patchwright.image.target-missed');
  expect(events).toHaveLength(1);
  expect(events[0]).toMatchObject({
    subject: 'team/api:v1',
    data: { severities: [{ days, targetDays: days }] },
  });
});
