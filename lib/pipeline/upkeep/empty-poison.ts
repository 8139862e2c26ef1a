import { CONTAINERS } from '../../storage/blobs.ts';
import { type PoisonMessage, QUEUES, type QueueName } from '../../storage/queues.ts';
import type { Services } from '../services.ts';
import { each } from './each.ts';
import { poisonRecord } from './poison-record.ts';

/** Batches of 32 messages. The next round of the reaper handles the rest. */
const MOST_BATCHES = 20;

/**
 * Moves poison messages to blobs, since the queues keep them for only seven days. The tick and the
 * reaper recover the job or run. No function can do this: the host never delivers a message that it
 * can't decode.
 */
export async function emptyPoison(services: Services): Promise<void> {
  await each(Object.values(QUEUES), async (queue) => {
    for (let batch = 0; batch < MOST_BATCHES; batch += 1) {
      const messages = await services.queues.receivePoison(queue);
      if (messages.length === 0) return;
      await each(messages, (message) => keep(services, queue, message));
    }
  });
}

/** Idempotent: if it crashes before the deletion, the next round repeats it. */
async function keep(services: Services, queue: QueueName, message: PoisonMessage): Promise<void> {
  const { name, why, content } = poisonRecord(queue, message);
  await services.blobs.create(CONTAINERS.reports, name, content, 'application/json');
  services.log.error('poison message kept', { event: 'poison', queue, why, blob: name });
  await services.queues.deletePoison(queue, message);
}
