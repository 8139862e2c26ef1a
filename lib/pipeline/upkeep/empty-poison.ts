import { CONTAINERS } from '../../storage/blobs.ts';
import { type PoisonMessage, QUEUES, type QueueName } from '../../storage/queues.ts';
import type { Services } from '../services.ts';
import { each } from './each.ts';
import { poisonRecord } from './poison-record.ts';

/** Of 32 messages each; the next round of the reaper takes what is left. */
const MOST_BATCHES = 20;

/**
 * Empties the poison queues, whose messages the host keeps for seven days only. The job or run of a message is
 * left to the tick and the reaper: a message is only a hint. No function listens to these queues, since the host
 * gives a function no message that it can't decode.
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

/** Blob, log line, deletion: cut anywhere, the next round does the same again. */
async function keep(services: Services, queue: QueueName, message: PoisonMessage): Promise<void> {
  const { name, why, content } = poisonRecord(queue, message);
  await services.blobs.create(CONTAINERS.reports, name, content, 'application/json');
  services.log.error('poison message kept', { event: 'poison', queue, why, blob: name });
  await services.queues.deletePoison(queue, message);
}
