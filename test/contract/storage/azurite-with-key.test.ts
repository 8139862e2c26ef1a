import { afterAll } from 'vitest';
import { AzureTableQueries } from '../../../lib/storage/azure-table-queries.ts';
import { AzureTables } from '../../../lib/storage/azure-tables.ts';
import { startWithConnectionString } from './azurite-accounts.ts';
import { blobsFixture } from './azurite-blobs.ts';
import { queuesFixture } from './azurite-queues.ts';
import { describeBlobs } from './blobs.contract.ts';
import { describeQueues } from './queues.contract.ts';
import { describeQueries } from './table-queries.contract.ts';
import { describeTables } from './tables.contract.ts';

const NAME = 'Azurite with a connection string';

const accounts = await startWithConnectionString();
afterAll(() => accounts.close());

describeTables(NAME, async () => ({
  tables: new AzureTables(accounts.provisioned),
  unprovisioned: new AzureTables(accounts.empty),
}));
describeQueries(NAME, async () => ({
  tables: new AzureTables(accounts.provisioned),
  queries: new AzureTableQueries(accounts.provisioned),
  unprovisioned: new AzureTableQueries(accounts.empty),
}));
describeQueues(NAME, async () => queuesFixture(accounts));
describeBlobs(NAME, async () => blobsFixture(accounts));
