import { expect, it } from 'vitest';
import { RepositoryName, Tag } from '../../lib/image/reference.ts';
import { stepJob } from '../../lib/pipeline/job/step-job.ts';
import { JobMessage, RunMessage } from '../../lib/pipeline/messages.ts';
import { tickRun } from '../../lib/pipeline/run/tick-run.ts';
import { seedImage } from '../fakes/registry/seed-image.ts';
import { debianReport } from './debian-report.ts';
import { PipelineWorld } from './pipeline-world.ts';

const API = RepositoryName.parse('team/api');
const OUTDATED = [{ id: 'CVE-2026-1', package: 'libssl3', fixed: '1.1' }];

it('does nothing if every message of a finished run is delivered again', async () => {
  const world = new PipelineWorld({
    policy: { version: 'v1', repositories: [{ repository: 'team/api', tags: ['v1'] }] },
    script: { report: (layers) => debianReport(layers.length > 1 ? [] : OUTDATED) },
  });
  await world.seedDatabase();
  await seedImage(world.registry, {
    repository: API,
    tags: [Tag.parse('v1')],
    config: { config: {} },
  });
  const sent: unknown[] = [];
  const send = world.queues.send.bind(world.queues);
  world.queues.send = async (queue, message, options) => {
    sent.push(message);
    return send(queue, message, options);
  };
  expect(await world.run()).toMatchObject({ state: 'completed', patched: 1 });
  const before = { writes: world.tables.writes, sent: sent.length };
  const groups = world.groups.creations().length;
  const digests = [...world.registry.digests(API)];

  for (const message of sent.slice()) {
    const job = JobMessage.safeParse(message);
    if (job.success) await stepJob(world.services, job.data);
    else await tickRun(world.services, RunMessage.parse(message));
  }

  expect({ writes: world.tables.writes, sent: sent.length }).toEqual(before);
  expect(world.groups.creations()).toHaveLength(groups);
  expect([...world.registry.digests(API)]).toEqual(digests);
});
