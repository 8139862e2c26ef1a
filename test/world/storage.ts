import { TableServiceClient } from '@azure/data-tables';
import { BlobServiceClient } from '@azure/storage-blob';
import { QueueServiceClient } from '@azure/storage-queue';
import { CONTAINERS } from '../../lib/storage/blobs.ts';
import { QUEUES } from '../../lib/storage/queues.ts';
import { TABLES } from '../../lib/storage/tables.ts';
import { type AzuriteAccount, startAzurite } from './azurite.ts';
import type { IssuedCertificate } from './tls/certificates.ts';

/** How the app reaches storage: as in Azure, or with a key over plain HTTP. */
export type StorageAccess = 'identity' | 'connection-string';

export interface LocalStorage {
  readonly account: AzuriteAccount;
  /** The app's settings for this storage. */
  readonly settings: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

/** Starts a storage account with everything that the app expects. */
export async function startStorage(options: {
  readonly access: StorageAccess;
  readonly certificate: IssuedCertificate;
  readonly clientId: string;
}): Promise<LocalStorage> {
  const byIdentity = options.access === 'identity';
  const azurite = await startAzurite(byIdentity ? { tls: options.certificate } : {});
  const account = azurite.accounts[0];
  if (account === undefined) {
    throw new Error('Azurite has no account');
  }
  await provision(account.connectionString);
  return {
    account,
    settings: byIdentity
      ? {
          AzureWebJobsStorage__blobServiceUri: account.blobUri,
          AzureWebJobsStorage__queueServiceUri: account.queueUri,
          AzureWebJobsStorage__tableServiceUri: account.tableUri,
          AzureWebJobsStorage__credential: 'managedidentity',
          AzureWebJobsStorage__clientId: options.clientId,
        }
      : { AzureWebJobsStorage: account.connectionString },
    close: () => azurite.stop(),
  };
}

/** The host's container for the status and the leases of timers. The real host creates it itself. */
export const HOST_CONTAINER = 'azure-webjobs-hosts';

/** Creates what the Bicep creates in Azure. The app itself creates none of it. */
async function provision(connectionString: string): Promise<void> {
  const queues = QueueServiceClient.fromConnectionString(connectionString);
  const options = { allowInsecureConnection: connectionString.includes('http://') };
  const tables = TableServiceClient.fromConnectionString(connectionString, options);
  const blobs = BlobServiceClient.fromConnectionString(connectionString);
  await Promise.all([
    ...Object.values(QUEUES).flatMap((name) => [
      queues.createQueue(name),
      queues.createQueue(`${name}-poison`),
    ]),
    ...Object.values(TABLES).map((name) => tables.createTable(name)),
    ...[...Object.values(CONTAINERS), HOST_CONTAINER].map((name) => blobs.createContainer(name)),
  ]);
}
