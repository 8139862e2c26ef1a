import type { TokenCredential } from '@azure/core-auth';
import { DefaultAzureCredential, ManagedIdentityCredential } from '@azure/identity';
import { systemClock } from './clock.ts';
import { AciContainerGroups } from './containers/aci-container-groups.ts';
import { systemDelays } from './http/delays.ts';
import { createHttp } from './http/http.ts';
import { InventoryImageRow, InventoryTagRow } from './pipeline/records/inventory-row.ts';
import { JobRow } from './pipeline/records/job-row.ts';
import { RunRow } from './pipeline/records/run-row.ts';
import { TargetRow } from './pipeline/records/target-row.ts';
import type { Services } from './pipeline/services.ts';
import { ThrottleRow } from './pipeline/throttle.ts';
import { AcrRegistry } from './registry/acr-registry.ts';
import { RegistryTokens } from './registry/registry-tokens.ts';
import { readSettings, type StorageSetting } from './settings.ts';
import { AzureBlobs } from './storage/azure-blobs.ts';
import { AzureQueues } from './storage/azure-queues.ts';
import { AzureTables } from './storage/azure-tables.ts';
import { connectStorage, type StorageConnection } from './storage/storage-connection.ts';
import { TABLES, type Tables } from './storage/tables.ts';
import { TypedTable } from './storage/typed-table.ts';

/** All that the pipeline needs but the log, which belongs to an invocation. */
export type App = Omit<Services, 'log'>;

/**
 * The composition root: settings → adapters → the pipeline's services. Nothing else constructs a
 * client. Sends nothing. Throws a `SettingsError` that names every fault of the settings.
 */
export function createApp(environment: Readonly<Record<string, string | undefined>>): App {
  const settings = readSettings(environment);
  const credential = credentialOf(settings.clientId);
  const clock = systemClock;
  const delays = systemDelays;
  const http = createHttp({ clock, delays });
  const { registry: host } = settings;
  const tokens = new RegistryTokens({ host, credential, http, clock });
  const storage = connectStorage(connectionOf(settings.storage, credential));
  return {
    clock,
    registry: new AcrRegistry({ host, tokens, http, clock }),
    groups: new AciContainerGroups({
      credential,
      clock,
      delays,
      subscriptionId: settings.subscriptionId,
      resourceGroup: settings.jobsResourceGroup,
      location: settings.location,
      endpoint: settings.armEndpoint,
    }),
    queues: new AzureQueues(storage),
    blobs: new AzureBlobs(storage, clock),
    ...typedTables(new AzureTables(storage)),
    options: settings.pipeline,
  };
}

/** The pipeline's tables over any store. */
export function typedTables(
  tables: Tables,
): Pick<Services, 'runs' | 'targets' | 'jobs' | 'throttles' | 'inventoryTags' | 'inventoryImages'> {
  return {
    runs: new TypedTable({ tables, table: TABLES.runs, schema: RunRow }),
    targets: new TypedTable({ tables, table: TABLES.targets, schema: TargetRow }),
    jobs: new TypedTable({ tables, table: TABLES.jobs, schema: JobRow }),
    throttles: new TypedTable({ tables, table: TABLES.jobs, schema: ThrottleRow }),
    inventoryTags: new TypedTable({ tables, table: TABLES.inventory, schema: InventoryTagRow }),
    inventoryImages: new TypedTable({ tables, table: TABLES.inventory, schema: InventoryImageRow }),
  };
}

/** The app's own identity in Azure; on a developer's machine whatever is logged in. */
function credentialOf(clientId: string | undefined): TokenCredential {
  return clientId === undefined
    ? new DefaultAzureCredential()
    : new ManagedIdentityCredential({ clientId });
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
