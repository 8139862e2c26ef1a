import { expect, it } from 'vitest';
import { RepositoryName, Tag } from '../../lib/image/reference.ts';
import { LOG_LINES } from '../../lib/pipeline/log-lines.ts';
import { MemoryWebhook } from '../fakes/memory-webhook.ts';
import { seedImage } from '../fakes/registry/seed-image.ts';
import { debianReport } from './debian-report.ts';
import { PipelineWorld } from './pipeline-world.ts';

const DAY_MS = 24 * 3600 * 1000;

/** A run that patches one image, with an old database and a receiver that answers 410. */
async function eventfulWorld() {
  const webhook = new MemoryWebhook();
  webhook.answer = () => ({ kind: 'gone', detail: 'the receiver answered 410' });
  const finding = { id: 'CVE-2026-1', package: 'libssl3', fixed: '1.1' };
  const world = new PipelineWorld({
    policy: { version: 'v1', repositories: [{ repository: 'team/api', tags: ['*'] }] },
    script: { report: (layers) => debianReport(layers.length > 1 ? [] : [finding]) },
    webhook,
  });
  await world.seedDatabase(new Date(world.clock.now().getTime() - 5 * DAY_MS));
  await seedImage(world.registry, {
    repository: RepositoryName.parse('team/api'),
    tags: [Tag.parse('v1')],
    config: { config: {} },
  });
  return { world, run: await world.run() };
}

it('logs lines with the fields that alerts and the workbook read', async () => {
  const { world, run } = await eventfulWorld();

  const read = world.log.filter(({ message }) => message in LOG_LINES);
  expect(new Set(read.map(({ message }) => message))).toEqual(
    new Set([
      'database is old',
      'target ended',
      'run completed',
      'webhook gone',
      'webhook given up',
    ]),
  );
  for (const { message, fields } of read) {
    const schema = Object.entries(LOG_LINES).find(([name]) => name === message)?.[1];
    expect(schema?.strict().safeParse(fields).error).toBeUndefined();
  }
  expect(read.find(({ message }) => message === 'run completed')?.fields).toMatchObject({
    runId: run.id,
    state: 'completed',
    targets: 1,
    patched: 1,
    coveragePercent: 100,
    removedHigh: run.removedHigh,
    partial: false,
  });
});
