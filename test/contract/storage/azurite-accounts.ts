import { CONTAINERS } from '../../../lib/storage/blobs.ts';
import { QUEUES } from '../../../lib/storage/queues.ts';
import { connectStorage, type StorageClients } from '../../../lib/storage/storage-connection.ts';
import { TABLES } from '../../../lib/storage/tables.ts';
import { type AzuriteAccount, startAzurite } from '../../world/azurite.ts';

/** An Azurite with two accounts: one with all that the app needs, and one with nothing in it. */
export interface AzuriteAccounts {
  readonly provisioned: StorageClients;
  readonly empty: StorageClients;
  close(): Promise<void>;
}

export async function withAzurite(): Promise<AzuriteAccounts> {
  const azurite = await startAzurite({ accounts: ['provisioned', 'empty'] });
  const [provisioned, empty] = azurite.accounts.map(connect);
  if (provisioned === undefined || empty === undefined) throw new Error('two accounts, please');
  await provision(provisioned);
  return { provisioned, empty, close: () => azurite.stop() };
}

function connect(account: AzuriteAccount): StorageClients {
  const { connectionString } = account;
  return connectStorage({ kind: 'connection-string', connectionString });
}

export async function provision(clients: StorageClients): Promise<void> {
  for (const table of Object.values(TABLES)) await clients.table(table).createTable();
  for (const queue of Object.values(QUEUES)) await clients.queues.createQueue(queue);
  for (const container of Object.values(CONTAINERS)) {
    await clients.blobs.createContainer(container);
  }
}
