import type { TokenCredential } from '@azure/core-auth';
import { DefaultAzureCredential, ManagedIdentityCredential } from '@azure/identity';
import { systemClock } from './clock.ts';
import { AciContainerGroups, type AciOptions } from './containers/aci-container-groups.ts';
import { AciQuotas } from './containers/aci-quotas.ts';
import type { ContainerQuotas } from './containers/container-quotas.ts';
import type { History } from './history/history.ts';
import { type Delays, systemDelays } from './http/delays.ts';
import { createHttp, type Http } from './http/http.ts';
import { tcpConnects } from './http/tcp-connects.ts';
import { inTurn } from './in-turn.ts';
import type { Services } from './pipeline/services.ts';
import type { RequestKeys } from './pipeline/stores/request-keys.ts';
import type { Stores } from './pipeline/stores/stores.ts';
import { TableRequestKeys } from './pipeline/stores/tables/table-request-keys.ts';
import { tableStores } from './pipeline/stores/tables/table-stores.ts';
import { AcrRegistry } from './registry/acr-registry.ts';
import { RegistryTokens } from './registry/registry-tokens.ts';
import { AcrRepositoryListing, type RepositoryListing } from './registry/repository-listing.ts';
import { readSettings, type Settings, type StorageSetting } from './settings.ts';
import { AzureBlobs } from './storage/azure-blobs.ts';
import { AzureQueueTrial } from './storage/azure-queue-trial.ts';
import { AzureQueues } from './storage/azure-queues.ts';
import { AzureTableQueries } from './storage/azure-table-queries.ts';
import { AzureTables } from './storage/azure-tables.ts';
import { AzureBlobNames, type BlobNames } from './storage/blob-names.ts';
import type { QueueTrial } from './storage/queue-trial.ts';
import { connectStorage, type StorageConnection } from './storage/storage-connection.ts';
import { StorageUse } from './storage/storage-use.ts';
import { TABLES, type Tables } from './storage/tables.ts';
import { HttpsWebhook } from './webhook/https-webhook.ts';

/** The pipeline's services without the log, which belongs to an invocation. */
export type AppServices = Omit<Services, 'log'>;

/** The identity to use: the app's own, or the account signed in on the command line's machine. */
export type IdentityChoice = 'app' | 'signed-in';

/** The pipeline's services and settings. The other members are for the doctor's checks. */
export interface App {
  readonly services: AppServices;
  readonly settings: Settings;
  readonly http: Http;
  readonly tables: Tables;
  /** For people's questions. */
  readonly history: History;
  readonly blobNames: BlobNames;
  readonly requestKeys: RequestKeys;
  readonly queueTrial: QueueTrial;
  readonly quotas: ContainerQuotas;
  /** For people's commands: the app itself may not list the repositories. */
  readonly repositories: RepositoryListing;
  /** The addresses of the three services. */
  readonly storageAddresses: readonly string[];
  /** Requests a token for this scope and discards it. Throws the identity's own error. */
  readonly identify: (scope: string) => Promise<void>;
  /** True if a TCP connection can be opened. */
  readonly connects: (host: string, port: number) => Promise<boolean>;
}

/**
 * The composition root: settings → adapters → the pipeline's services, and the doctor's access to them.
 * Nothing else constructs a client. Sends nothing. Throws a `SettingsError` that names every fault of
 * the settings.
 */
export function createApp(
  environment: Readonly<Record<string, string | undefined>>,
  options: { readonly identity: IdentityChoice; readonly delays?: Delays },
): App {
  const openReferences = options.identity === 'signed-in';
  const settings = readSettings(environment, { openReferences });
  const credential = credentialOf(options.identity === 'app' ? settings.clientId : undefined);
  const clock = systemClock;
  const delays = options.delays ?? systemDelays;
  const http = createHttp({ clock, delays });
  const { registry: host } = settings;
  const tokensOf = (of: TokenCredential) =>
    new RegistryTokens({ host, credential: of, http, clock });
  const pull = pullIdentity(options.identity, settings);
  const storageUse = new StorageUse();
  const storage = connectStorage(connectionOf(settings.storage, credential), storageUse);
  const tables = new AzureTables(storage);
  const blobs = new AzureBlobs(storage, clock);
  const acr = { host, tokens: tokensOf(credential), http, clock };
  const aci: AciOptions = {
    credential,
    clock,
    delays,
    subscriptionId: settings.subscriptionId,
    resourceGroup: settings.jobsResourceGroup,
    location: settings.location,
    subnetId: settings.subnetId,
    endpoint: settings.armEndpoint,
  };
  return {
    services: {
      clock,
      registry: new AcrRegistry(acr),
      pullTokens: pull && tokensOf(pull),
      groups: new AciContainerGroups(aci),
      queues: new AzureQueues(storage),
      blobs,
      storageUse,
      webhook: settings.webhook && new HttpsWebhook(settings.webhook, { clock }),
      largeReports: inTurn(),
      largeUploads: inTurn(),
      ...tableStores(tables),
      options: settings.pipeline,
    },
    settings,
    http,
    tables,
    history: { tables, queries: new AzureTableQueries(storage), blobs },
    blobNames: new AzureBlobNames(storage),
    requestKeys: new TableRequestKeys(tables),
    queueTrial: new AzureQueueTrial(storage),
    quotas: new AciQuotas(aci),
    repositories: new AcrRepositoryListing(acr),
    storageAddresses: [storage.blobs.url, storage.queues.url, storage.table(TABLES.runs).url],
    identify: async (scope) => void (await credential.getToken(scope)),
    connects: tcpConnects,
  };
}

/** What people's questions and commands need of the storage account. */
export interface StorageAccess {
  /** Of the tables. */
  readonly address: string;
  readonly history: History;
  readonly blobNames: BlobNames;
  readonly services: Pick<AppServices, keyof Stores | 'queues' | 'blobs' | 'clock'>;
}

/** Opens the storage account alone, without the app's other settings. Sends nothing. */
export function openStorage(setting: StorageSetting): StorageAccess {
  const credential = credentialOf(undefined);
  const storage = connectStorage(connectionOf(setting, credential));
  const tables = new AzureTables(storage);
  const clock = systemClock;
  const blobs = new AzureBlobs(storage, clock);
  return {
    address: storage.table(TABLES.runs).url,
    history: { tables, queries: new AzureTableQueries(storage), blobs },
    blobNames: new AzureBlobNames(storage),
    services: { ...tableStores(tables), queues: new AzureQueues(storage), blobs, clock },
  };
}

/** The app's own identity in Azure, or the signed-in account on a developer's machine. */
function credentialOf(clientId: string | undefined): TokenCredential {
  return clientId === undefined
    ? new DefaultAzureCredential()
    : new ManagedIdentityCredential({ clientId });
}

/** The identity that can only pull. Only the app itself has it. */
function pullIdentity(
  identity: IdentityChoice,
  { pullClientId }: Settings,
): TokenCredential | undefined {
  return identity === 'app' && pullClientId !== undefined ? credentialOf(pullClientId) : undefined;
}

function connectionOf(setting: StorageSetting, credential: TokenCredential): StorageConnection {
  switch (setting.kind) {
    case 'connection-string':
      return setting;
    case 'identity':
      return {
        kind: 'identity',
        blobUri: setting.blob,
        queueUri: setting.queue,
        tableUri: setting.table,
        credential,
      };
    default:
      return setting satisfies never;
  }
}
