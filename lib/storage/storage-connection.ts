import type { TokenCredential } from '@azure/core-auth';
import { TableClient } from '@azure/data-tables';
import { BlobServiceClient } from '@azure/storage-blob';
import { QueueServiceClient } from '@azure/storage-queue';
import type { TableName } from './tables.ts';

/** How the storage account is reached: with an identity in Azure, with a key in development. */
export type StorageConnection =
  | { readonly kind: 'connection-string'; readonly connectionString: string }
  | {
      readonly kind: 'identity';
      readonly tableUri: string;
      readonly queueUri: string;
      readonly blobUri: string;
      readonly credential: TokenCredential;
    };

/** The SDKs' clients of one storage account. */
export interface StorageClients {
  table(name: TableName): TableClient;
  readonly queues: QueueServiceClient;
  readonly blobs: BlobServiceClient;
  /** What signs a SAS: an identity has no account key, and asks for a user delegation key. */
  readonly sasBy: 'account-key' | 'delegation-key';
}

/**
 * The only retries of storage: four tries, the delays growing to a few seconds. Everything above them
 * is retried by its queue message. A write that was retried may have taken effect the first time.
 */
const TRIES = 4;
const FIRST_DELAY_MS = 400;
const MAX_DELAY_MS = 5_000;

const tableOptions = {
  retryOptions: {
    maxRetries: TRIES - 1,
    retryDelayInMs: FIRST_DELAY_MS,
    maxRetryDelayInMs: MAX_DELAY_MS,
  },
};
const storageOptions = {
  retryOptions: {
    maxTries: TRIES,
    retryDelayInMs: FIRST_DELAY_MS,
    maxRetryDelayInMs: MAX_DELAY_MS,
  },
};

/** How long one operation may take, retries included, in milliseconds. */
export const OPERATION_LIMIT_MS = 30_000;

/** The same for the content of a blob, which may be tens of megabytes. */
export const CONTENT_LIMIT_MS = 120_000;

/** Makes the clients; sends nothing. Throws where the connection string or an address is malformed. */
export function connectStorage(connection: StorageConnection): StorageClients {
  switch (connection.kind) {
    case 'connection-string': {
      const { connectionString } = connection;
      const options = { ...tableOptions, allowInsecureConnection: usesHttp(connectionString) };
      return {
        table: (name) => TableClient.fromConnectionString(connectionString, name, { ...options }),
        queues: QueueServiceClient.fromConnectionString(connectionString, storageOptions),
        blobs: BlobServiceClient.fromConnectionString(connectionString, storageOptions),
        sasBy: 'account-key',
      };
    }
    case 'identity': {
      const { tableUri, queueUri, blobUri, credential } = connection;
      return {
        table: (name) => new TableClient(tableUri, name, credential, { ...tableOptions }),
        queues: new QueueServiceClient(queueUri, credential, storageOptions),
        blobs: new BlobServiceClient(blobUri, credential, storageOptions),
        sasBy: 'delegation-key',
      };
    }
    default:
      return connection satisfies never;
  }
}

/** An emulator without TLS. The tables client wants to be told, the other two do not ask. */
function usesHttp(connectionString: string): boolean {
  return /(?:^|;)\s*(?:UseDevelopmentStorage=true|(?:TableEndpoint=|DefaultEndpointsProtocol=)http(?:;|:|$))/i.test(
    connectionString,
  );
}
