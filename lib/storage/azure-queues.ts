import type { QueueClient } from '@azure/storage-queue';
import { serviceFailure, storageErrorFrom } from './azure-failure.ts';
import { checkDelay, encodeMessage } from './queue-message.ts';
import type { PoisonMessage, QueueName, Queues } from './queues.ts';
import { OPERATION_LIMIT_MS, type StorageClients } from './storage-connection.ts';

/**
 * Messages never expire. One that keeps failing moves to the poison queue, which the reaper empties.
 */
const NEVER = -1;
/** The most messages that the service returns at once. */
const MOST_MESSAGES = 32;
const POISON_HIDDEN_SECONDS = 300;
/** The message is gone, or its receipt is no longer the newest. */
const NOT_OURS: ReadonlySet<string> = new Set(['MessageNotFound', 'PopReceiptMismatch']);

type PoisonQueueName = `${QueueName}-poison`;

/** Queue Storage. A send that the SDK retries may enqueue the message twice. */
export class AzureQueues implements Queues {
  readonly #clients: Pick<StorageClients, 'queues'>;
  readonly #queues = new Map<string, QueueClient>();

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

  async receivePoison(queue: QueueName): Promise<readonly PoisonMessage[]> {
    try {
      const { receivedMessageItems } = await this.#client(poisonOf(queue)).receiveMessages({
        numberOfMessages: MOST_MESSAGES,
        visibilityTimeout: POISON_HIDDEN_SECONDS,
        abortSignal: AbortSignal.timeout(OPERATION_LIMIT_MS),
      });
      return receivedMessageItems.map((message) => ({
        id: message.messageId,
        text: message.messageText,
        insertedAt: message.insertedOn,
        receipt: message.popReceipt,
      }));
    } catch (error) {
      const failure = storageErrorFrom(error, `receiving from ${poisonOf(queue)}`);
      if (failure.code === 'not-provisioned') return [];
      throw failure;
    }
  }

  async deletePoison(queue: QueueName, { id, receipt }: PoisonMessage): Promise<void> {
    try {
      await this.#client(poisonOf(queue)).deleteMessage(id, receipt, {
        abortSignal: AbortSignal.timeout(OPERATION_LIMIT_MS),
      });
    } catch (error) {
      if (NOT_OURS.has(serviceFailure(error)?.code ?? '')) return;
      throw storageErrorFrom(error, `deleting from ${poisonOf(queue)}`);
    }
  }

  #client(queue: QueueName | PoisonQueueName): QueueClient {
    const client = this.#queues.get(queue) ?? this.#clients.queues.getQueueClient(queue);
    this.#queues.set(queue, client);
    return client;
  }
}

function poisonOf(queue: QueueName): PoisonQueueName {
  return `${queue}-poison`;
}
