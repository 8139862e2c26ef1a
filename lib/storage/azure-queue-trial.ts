import { storageErrorFrom } from './azure-failure.ts';
import type { QueueTrial } from './queue-trial.ts';
import { OPERATION_LIMIT_MS, type StorageClients } from './storage-connection.ts';

/**
 * The message is invisible for its whole life except the last second. If its deletion fails, it expires
 * before anybody receives it.
 */
const LIFE_SECONDS = 60;
const INVISIBLE_SECONDS = LIFE_SECONDS - 1;

export class AzureQueueTrial implements QueueTrial {
  readonly #clients: Pick<StorageClients, 'queues'>;

  constructor(clients: Pick<StorageClients, 'queues'>) {
    this.#clients = clients;
  }

  async tryOut(queue: string): Promise<{ readonly messages: number }> {
    const client = this.#clients.queues.getQueueClient(queue);
    const limit = { abortSignal: AbortSignal.timeout(OPERATION_LIMIT_MS) };
    let step = 'looking at';
    try {
      const { approximateMessagesCount = 0 } = await client.getProperties(limit);
      step = 'sending to';
      const { messageId, popReceipt } = await client.sendMessage('e30=', {
        ...limit,
        visibilityTimeout: INVISIBLE_SECONDS,
        messageTimeToLive: LIFE_SECONDS,
      });
      step = 'deleting from';
      await client.deleteMessage(messageId, popReceipt, limit);
      return { messages: approximateMessagesCount };
    } catch (error) {
      throw storageErrorFrom(error, `${step} ${queue}`);
    }
  }
}
