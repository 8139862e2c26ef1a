import type { TokenCredential } from '@azure/core-auth';
import { TableClient } from '@azure/data-tables';
import { BlobServiceClient, newPipeline as blobPipeline } from '@azure/storage-blob';
import { QueueServiceClient, newPipeline as queuePipeline } from '@azure/storage-queue';
import { countedRequests, InjectorPolicyFactory } from './counted-requests.ts';
import { StorageUse } from './storage-use.ts';
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

/**
 * Makes the clients without sending. `use` counts their requests. Throws if the connection string or an
 * address is malformed.
 */
export function connectStorage(
  connection: StorageConnection,
  use = new StorageUse(),
): StorageClients {
  const counted = {
    ...tableOptions,
    additionalPolicies: [{ policy: countedRequests(use), position: 'perRetry' as const }],
  };
  switch (connection.kind) {
    case 'connection-string': {
      const { connectionString } = connection;
      const options = { ...counted, allowInsecureConnection: usesHttp(connectionString) };
      const blobs = BlobServiceClient.fromConnectionString(connectionString);
      const queues = QueueServiceClient.fromConnectionString(connectionString);
      const { credential } = blobs;
      return {
        table: (name) => TableClient.fromConnectionString(connectionString, name, { ...options }),
        queues: queueService(queues.url, credential, use),
        blobs: blobService(blobs.url, credential, use),
        sasBy: 'account-key',
      };
    }
    case 'identity': {
      const { tableUri, queueUri, blobUri, credential } = connection;
      return {
        table: (name) => new TableClient(tableUri, name, credential, { ...counted }),
        queues: queueService(queueUri, credential, use),
        blobs: blobService(blobUri, credential, use),
        sasBy: 'delegation-key',
      };
    }
    default:
      return connection satisfies never;
  }
}

type Credential = BlobServiceClient['credential'];

function blobService(url: string, credential: Credential, use: StorageUse): BlobServiceClient {
  const pipeline = blobPipeline(credential, storageOptions);
  pipeline.factories.push(new InjectorPolicyFactory(use));
  return new BlobServiceClient(url, pipeline);
}

function queueService(url: string, credential: Credential, use: StorageUse): QueueServiceClient {
  const pipeline = queuePipeline(credential, storageOptions);
  pipeline.factories.push(new InjectorPolicyFactory(use));
  return new QueueServiceClient(url, pipeline);
}

/** True for an emulator without TLS. Only the tables client requires permission to use HTTP. */
function usesHttp(connectionString: string): boolean {
  return /(?:^|;)\s*(?:UseDevelopmentStorage=true|(?:TableEndpoint=|DefaultEndpointsProtocol=)http(?:;|:|$))/i.test(
    connectionString,
  );
}
