import { setTimeout as delay } from 'node:timers/promises';
import { TableClient } from '@azure/data-tables';
import { BlobServiceClient } from '@azure/storage-blob';
import { QueueServiceClient } from '@azure/storage-queue';
import { CONTAINERS } from '../../../lib/storage/blobs.ts';
import { QUEUES } from '../../../lib/storage/queues.ts';
import { TABLES } from '../../../lib/storage/tables.ts';
import type { ContainerGroup } from '../arm/container-group.ts';
import type { World } from '../world.ts';

/** A text that the app or a group left, and its place. */
export interface LeftText {
  readonly where: string;
  readonly text: string;
}

/** The signature of a SAS, and the start of any JWT with a JSON header. */
const SECRET_FORMS = [/sig=[A-Za-z0-9%+/]/i, /eyJ[A-Za-z0-9_-]{8,}/];
/** Messages are received quickly, so not every one is seen, but some of every kind are. */
const LOOK_EVERY_MS = 100;
const MOST_PEEKED = 32;

/** Places with a secret: one of a known form, or one of these. Empty if nothing leaked. */
export function leaks(texts: readonly LeftText[], secrets: readonly string[]): string[] {
  return texts
    .filter(
      ({ text }) =>
        SECRET_FORMS.some((form) => form.test(text)) ||
        secrets.some((secret) => text.includes(secret)),
    )
    .map(({ where }) => where);
}

/** Every row of every table, and every blob, in storage now. */
export async function storedTexts(world: World): Promise<LeftText[]> {
  const { connectionString } = world.storage.account;
  const texts: LeftText[] = [];
  for (const name of Object.values(TABLES)) {
    const client = TableClient.fromConnectionString(connectionString, name);
    for await (const row of client.listEntities()) {
      texts.push({ where: `table ${name}`, text: JSON.stringify(row) });
    }
  }
  const blobs = BlobServiceClient.fromConnectionString(connectionString);
  for (const name of Object.values(CONTAINERS)) {
    const container = blobs.getContainerClient(name);
    for await (const blob of container.listBlobsFlat()) {
      const bytes = await container.getBlobClient(blob.name).downloadToBuffer();
      texts.push({ where: `blob ${name}/${blob.name}`, text: bytes.toString('utf8') });
    }
  }
  return texts;
}

/** Collects short-lived texts: queue messages, and the logs of container groups. */
export interface Passing {
  stop(): Promise<LeftText[]>;
}

export function watchPassing(world: World): Passing {
  const queues = QueueServiceClient.fromConnectionString(world.storage.account.connectionString);
  const messages = new Map<string, LeftText>();
  const groups = new Map<string, ContainerGroup>();
  let stopped = false;

  async function look(): Promise<void> {
    for (const group of world.arm.groups()) groups.set(group.name, group);
    for (const name of [QUEUES.jobs, QUEUES.runs]) {
      const client = queues.getQueueClient(name);
      const peeked = await client.peekMessages({ numberOfMessages: MOST_PEEKED });
      for (const { messageId, messageText } of peeked.peekedMessageItems) {
        const text = Buffer.from(messageText, 'base64').toString('utf8');
        messages.set(messageId, { where: `queue ${name}`, text });
      }
    }
  }

  async function follow(): Promise<void> {
    while (!stopped) {
      await look();
      await delay(LOOK_EVERY_MS);
    }
  }

  const following = follow();
  return {
    async stop() {
      stopped = true;
      await following;
      const logs = [...groups.values()].flatMap((group) =>
        group.runs.map((run) => ({ where: `log of ${group.name}`, text: run.log.read({}) })),
      );
      return [...messages.values(), ...logs];
    },
  };
}
