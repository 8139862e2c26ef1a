import type { QueueClient } from '@azure/storage-queue';
import { storageErrorFrom } from './azure-failure.ts';
import { checkDelay, encodeMessage } from './queue-message.ts';
import type { QueueName, Queues } from './queues.ts';
import { OPERATION_LIMIT_MS, type StorageClients } from './storage-connection.ts';

/** Messages never expire. One that keeps failing moves to the poison queue, where operators see it. */
const NEVER = -1;

/** Queue Storage. A send that the SDK retries may enqueue the message twice. */
export class AzureQueues implements Queues {
  readonly #clients: Pick<StorageClients, 'queues'>;
  readonly #queues = new Map<QueueName, QueueClient>();

  constructor(clients: Pick<StorageClients, 'queues'>) {
    this.#clients = clients;
  }

  async send(
    queue: QueueName,
    message: unknown,
    options: { readonly delaySeconds?: number } = {},
  ): Promise<void> {
    const delaySeconds = options.delaySeconds ?? 0;
    checkDelay(queue, delaySeconds);
    const text = encodeMessage(queue, message);
    try {
      await this.#client(queue).sendMessage(text, {
        visibilityTimeout: delaySeconds,
        messageTimeToLive: NEVER,
        abortSignal: AbortSignal.timeout(OPERATION_LIMIT_MS),
      });
    } catch (error) {
      throw storageErrorFrom(error, `sending to ${queue}`);
    }
  }

  #client(queue: QueueName): QueueClient {
    const client = this.#queues.get(queue) ?? this.#clients.queues.getQueueClient(queue);
    this.#queues.set(queue, client);
    return client;
  }
}
