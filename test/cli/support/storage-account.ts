import { TableClient, TableServiceClient } from '@azure/data-tables';
import { BlobServiceClient } from '@azure/storage-blob';
import { QueueServiceClient } from '@azure/storage-queue';
import { CONTAINERS } from '../../../lib/storage/blobs.ts';
import { QUEUES } from '../../../lib/storage/queues.ts';
import { TABLES } from '../../../lib/storage/tables.ts';
import type { World } from '../../world/world.ts';

/** Direct access to the storage account, past every front. */
export interface StorageAccount {
  readonly tables: TableServiceClient;
  readonly queues: QueueServiceClient;
  readonly blobs: BlobServiceClient;
  /** All rows, messages (visible or not) and blobs. */
  contents(): Promise<readonly string[]>;
}

export function storageAccount({ storage }: World): StorageAccount {
  const { connectionString } = storage.account;
  const tables = TableServiceClient.fromConnectionString(connectionString);
  const queues = QueueServiceClient.fromConnectionString(connectionString);
  const blobs = BlobServiceClient.fromConnectionString(connectionString);
  return {
    tables,
    queues,
    blobs,
    async contents() {
      const found: string[] = [];
      for (const name of Object.values(TABLES)) {
        const client = TableClient.fromConnectionString(connectionString, name);
        for await (const row of client.listEntities()) {
          found.push(`${name}/${row.rowKey}`);
        }
      }
      for (const name of Object.values(QUEUES).flatMap((queue) => [queue, `${queue}-poison`])) {
        const { approximateMessagesCount = 0 } = await queues.getQueueClient(name).getProperties();
        if (approximateMessagesCount > 0) found.push(name);
      }
      for (const name of Object.values(CONTAINERS)) {
        for await (const blob of blobs.getContainerClient(name).listBlobsFlat()) {
          found.push(`${name}/${blob.name}`);
        }
      }
      return found;
    },
  };
}
