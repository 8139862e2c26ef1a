import { expect, it } from 'vitest';
import { emptyPoison } from '../../../../lib/pipeline/upkeep/empty-poison.ts';
import { reap } from '../../../../lib/pipeline/upkeep/reap.ts';
import { CONTAINERS } from '../../../../lib/storage/blobs.ts';
import { StorageError } from '../../../../lib/storage/storage-error.ts';
import { debianReport } from '../../../pipeline/debian-report.ts';
import { PipelineWorld } from '../../../pipeline/pipeline-world.ts';

const QUEUE = 'patchwright-jobs-poison';

function newWorld(): PipelineWorld {
  return new PipelineWorld({ policy: {}, script: { report: () => debianReport([]) } });
}

it('stores every poison message as a blob, logs it for the alert, and deletes it', async () => {
  const world = newWorld();
  for (let at = 0; at < 40; at += 1) world.queues.sendText(QUEUE, `message ${at}`);
  world.queues.sendText('patchwright-runs-poison', 'e30=');

  await reap(world.services);

  expect(world.blobs.names(CONTAINERS.reports)).toHaveLength(41);
  const lines = world.log.filter(({ message }) => message === 'poison message kept');
  expect(lines.map(({ level, fields }) => [level, fields?.event])).toEqual(
    Array(41).fill(['error', 'poison']),
  );
  expect(world.queues.pending()).toEqual([]);
});

it.each(['blobs', 'queues'] as const)(
  'stores a poison message once if the first round fails at the %s',
  async (port) => {
    const world = newWorld();
    world.queues.sendText(QUEUE, 'e30=');
    const cut = async () => {
      throw new StorageError('unavailable', 'cut off');
    };
    const services = {
      ...world.services,
      ...(port === 'blobs' && {
        blobs: Object.assign(Object.create(world.blobs), { create: cut }),
      }),
      ...(port === 'queues' && {
        queues: Object.assign(Object.create(world.queues), {
          receivePoison: world.queues.receivePoison.bind(world.queues),
          deletePoison: cut,
        }),
      }),
    };

    await expect(emptyPoison(services)).rejects.toThrow('cut off');
    const left = world.queues.pending().length;
    const alerts = world.log.filter(({ message }) => message === 'poison message kept').length;
    world.clock.advance({ seconds: 301 });
    await emptyPoison(world.services);

    expect(left).toBe(1);
    // The alert's line comes between the blob and the deletion, so that no crash loses it.
    expect(alerts).toBe(port === 'queues' ? 1 : 0);
    expect(world.blobs.names(CONTAINERS.reports)).toHaveLength(1);
    expect(world.queues.pending()).toEqual([]);
  },
);

it('leaves a poison message in its queue until its log line is written', async () => {
  const world = newWorld();
  world.queues.sendText(QUEUE, 'e30=');
  const error = () => {
    throw new Error('no log');
  };
  const services = { ...world.services, log: { ...world.services.log, error } };

  await expect(emptyPoison(services)).rejects.toThrow('no log');
  const left = world.queues.pending().length;
  world.clock.advance({ seconds: 301 });
  await emptyPoison(world.services);

  expect(left).toBe(1);
  expect(world.log.filter(({ message }) => message === 'poison message kept')).toHaveLength(1);
  expect(world.queues.pending()).toEqual([]);
});
