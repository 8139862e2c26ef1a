import { setTimeout as delay } from 'node:timers/promises';
import { RestError } from '@azure/core-rest-pipeline';
import { AzureQueues } from '../../../lib/storage/azure-queues.ts';
import type { QueueName } from '../../../lib/storage/queues.ts';
import type { StorageAccounts } from './azurite-accounts.ts';
import type { QueuesFixture, Received } from './queues.contract.ts';

const POLL_MS = 100;

/** Receives with the SDK, like the Functions host. */
export function queuesFixture(accounts: StorageAccounts): QueuesFixture {
  const client = (queue: QueueName) => accounts.provisioned.queues.getQueueClient(queue);

  const poisonClient = (queue: QueueName) =>
    accounts.provisioned.queues.getQueueClient(`${queue}-poison`);

  async function receive(
    queue: QueueName,
    visibilitySeconds: number,
  ): Promise<Received | undefined> {
    const { receivedMessageItems } = await client(queue).receiveMessages({
      visibilityTimeout: visibilitySeconds,
    });
    const [message] = receivedMessageItems;
    if (message === undefined) return undefined;
    return {
      body: JSON.parse(Buffer.from(message.messageText, 'base64').toString()),
      dequeueCount: message.dequeueCount,
      delete: () => deleted(client(queue).deleteMessage(message.messageId, message.popReceipt)),
    };
  }

  async function receiveWithin(queue: QueueName, seconds: number): Promise<Received | undefined> {
    const deadline = Date.now() + seconds * 1000;
    while (Date.now() < deadline) {
      const received = await receive(queue, 60);
      if (received !== undefined) return received;
      await delay(POLL_MS);
    }
    return undefined;
  }

  return {
    queues: new AzureQueues(accounts.provisioned),
    unprovisioned: new AzureQueues(accounts.empty),
    receive,
    receiveWithin,
    count: async (queue) => (await client(queue).getProperties()).approximateMessagesCount ?? 0,
    async poison(queue, ...texts) {
      await poisonClient(queue).createIfNotExists();
      await poisonClient(queue).clearMessages();
      for (const text of texts) await poisonClient(queue).sendMessage(text);
    },
    countPoison: async (queue) =>
      (await poisonClient(queue).getProperties()).approximateMessagesCount ?? 0,
    clear: async (queue) => {
      await client(queue).clearMessages();
    },
  };
}

async function deleted(request: Promise<unknown>): Promise<boolean> {
  try {
    await request;
    return true;
  } catch (error) {
    // 400 PopReceiptMismatch, 404 MessageNotFound
    if (error instanceof RestError && [400, 404].includes(error.statusCode ?? 0)) return false;
    throw error;
  }
}
