import type { TokenCredential } from '@azure/core-auth';
import { TableClient } from '@azure/data-tables';
import { BlobServiceClient } from '@azure/storage-blob';
import { QueueServiceClient } from '@azure/storage-queue';
import type { TableName } from './tables.ts';

/** How to reach the storage account: by an identity in Azure, by a key in development. */
export type StorageConnection =
  | { readonly kind: 'connection-string'; readonly connectionString: string }
  | {
      readonly kind: 'identity';
      readonly tableUri: string;
      readonly queueUri: string;
      readonly blobUri: string;
      readonly credential: TokenCredential;
    };

/** The SDK clients of one storage account. */
export interface StorageClients {
  table(name: TableName): TableClient;
  readonly queues: QueueServiceClient;
  readonly blobs: BlobServiceClient;
  /** The key that signs a SAS. An identity has no account key and requests a user delegation key. */
  readonly sasBy: 'account-key' | 'delegation-key';
}

/**
 * The only retries of storage: four tries with growing delays. What still fails is retried by its queue
 * message. A retried write may have taken effect the first time.
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

/** Time limit of one operation, including retries, in milliseconds. */
export const OPERATION_LIMIT_MS = 30_000;

/** Time limit for the content of a blob, which may be tens of megabytes. */
export const CONTENT_LIMIT_MS = 120_000;

/** Makes the clients without sending. Throws if the connection string or an address is malformed. */
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

/** True for an emulator without TLS. Only the tables client requires permission to use HTTP. */
function usesHttp(connectionString: string): boolean {
  return /(?:^|;)\s*(?:UseDevelopmentStorage=true|(?:TableEndpoint=|DefaultEndpointsProtocol=)http(?:;|:|$))/i.test(
    connectionString,
  );
}
