import { ContainerInstanceManagementClient } from '@azure/arm-containerinstance';
import { ContainerRegistryClient } from '@azure/container-registry';
import { TableClient } from '@azure/data-tables';
import { ManagedIdentityCredential } from '@azure/identity';
import { BlobServiceClient } from '@azure/storage-blob';
import { QueueClient } from '@azure/storage-queue';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { CONTAINERS } from '../../lib/storage/blobs.ts';
import { QUEUES } from '../../lib/storage/queues.ts';
import { TABLES } from '../../lib/storage/tables.ts';
import { startWorld, type World } from './world.ts';

describe('the local Azure', () => {
  let world: World;

  afterEach(async () => {
    vi.unstubAllEnvs();
    await world.close();
  });

  it('works with each SDK and the app’s managed identity', async () => {
    world = await startWorld();
    const settings = world.appEnvironment();
    for (const name of ['IDENTITY_ENDPOINT', 'IDENTITY_HEADER']) {
      vi.stubEnv(name, settings[name]);
    }
    const credential = new ManagedIdentityCredential({ clientId: settings.AZURE_CLIENT_ID ?? '' });
    const account = world.storage.account;
    const registry = new ContainerRegistryClient(`https://${world.registry.host}`, credential);
    const arm = new ContainerInstanceManagementClient(
      credential,
      settings.PATCHWRIGHT_SUBSCRIPTION_ID ?? '',
      {
        endpoint: settings.PATCHWRIGHT_ARM_ENDPOINT ?? '',
        credentialScopes: 'https://management.azure.com/.default',
      },
    );
    const queue = new QueueClient(`${account.queueUri}/${QUEUES.jobs}-poison`, credential);
    const table = new TableClient(account.tableUri, TABLES.runs, credential);
    const blobs = new BlobServiceClient(account.blobUri, credential);

    const repositories = await all(registry.listRepositoryNames());
    const groups = await all(
      arm.containerGroups.listByResourceGroup(settings.PATCHWRIGHT_JOBS_RESOURCE_GROUP ?? ''),
    );
    const { messageId } = await queue.sendMessage('e30=');
    const rows = await all(table.listEntities());
    const container = await blobs.getContainerClient(CONTAINERS.results).exists();

    expect(repositories).toEqual(['patchwright/worker']);
    expect(groups).toEqual([]);
    expect(messageId).not.toBe('');
    expect(rows).toEqual([]);
    expect(container).toBe(true);
  });

  it('can use a connection string instead of an identity', async () => {
    world = await startWorld({ storageAccess: 'connection-string' });

    const settings = world.appEnvironment({ PATCHWRIGHT_DRY_RUN: 'true' });

    expect(settings.AzureWebJobsStorage).toMatch(/BlobEndpoint=http:/);
    expect(settings.AzureWebJobsStorage__queueServiceUri).toBeUndefined();
    expect(settings.PATCHWRIGHT_DRY_RUN).toBe('true');
  });

  async function all<T>(list: AsyncIterable<T>): Promise<T[]> {
    const found: T[] = [];
    for await (const one of list) {
      found.push(one);
    }
    return found;
  }
});
