import { randomUUID } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { afterAll, expect, it } from 'vitest';
import { systemClock } from '../../../lib/clock.ts';
import { AzureBlobs } from '../../../lib/storage/azure-blobs.ts';
import { AzureQueues } from '../../../lib/storage/azure-queues.ts';
import { AzureTables } from '../../../lib/storage/azure-tables.ts';
import { CONTAINERS } from '../../../lib/storage/blobs.ts';
import { QUEUES } from '../../../lib/storage/queues.ts';
import { startWithConnectionString } from './azurite-accounts.ts';
import { ask } from './azurite-blobs.ts';

const accounts = await startWithConnectionString();
afterAll(() => accounts.close());
const { provisioned } = accounts;
const soon = () => new Date(Date.now() + 3_600_000);

it('sends messages that never expire', async () => {
  const queue = provisioned.queues.getQueueClient(QUEUES.runs);

  await new AzureQueues(provisioned).send(QUEUES.runs, 'for ever');

  const { peekedMessageItems } = await queue.peekMessages();
  expect(peekedMessageItems[0]?.expiresOn.getUTCFullYear()).toBe(9999);
});

it('reads a compressed blob without decompressing it', async () => {
  const blobs = new AzureBlobs(provisioned, systemClock);
  const name = `${randomUUID()}/bomb.json`;
  const url = await blobs.createOnlyUrl(CONTAINERS.results, name, soon());
  const bytes = gzipSync(Buffer.alloc(4_000_000));
  const put = await ask(url, 'PUT', {
    bytes,
    headers: { 'x-ms-blob-content-encoding': 'gzip', 'content-encoding': 'gzip' },
  });

  const read = await blobs.read(CONTAINERS.results, name, bytes.length);

  expect(put.status).toBe(201);
  expect(read).toEqual({ found: true, bytes: new Uint8Array(bytes) });
});

it('stores the content type of a report', async () => {
  const name = `${randomUUID()}/report.json`;

  await new AzureBlobs(provisioned, systemClock).create(
    CONTAINERS.reports,
    name,
    Buffer.from('{}'),
    'application/json',
  );

  const blob = provisioned.blobs.getContainerClient(CONTAINERS.reports).getBlobClient(name);
  expect((await blob.getProperties()).contentType).toBe('application/json');
});

it('writes whole numbers as Int32 if they fit, and other numbers as Double', async () => {
  const partitionKey = randomUUID();
  const row = { partitionKey, rowKey: 'r', small: 7, large: 2 ** 40, part: 0.5 };
  await new AzureTables(provisioned).insert('PatchwrightRuns', row);

  const found = await provisioned
    .table('PatchwrightRuns')
    .getEntity(partitionKey, 'r', { disableTypeConversion: true });

  expect(found).toMatchObject({ small: { type: 'Int32' }, part: { type: 'Double' } });
  const matching = provisioned.table('PatchwrightRuns').listEntities({
    queryOptions: { filter: `PartitionKey eq '${partitionKey}' and large gt 1000000000000.0` },
  });
  expect((await matching.next()).value).toMatchObject({ large: 2 ** 40 });
});

it('reports a row with an unknown type, without its values', async () => {
  const partitionKey = randomUUID();
  const client = provisioned.table('PatchwrightRuns');
  await client.createEntity({ partitionKey, rowKey: 'r', odd: 12345n });

  const reading = new AzureTables(provisioned).get('PatchwrightRuns', partitionKey, 'r');

  await expect(reading).rejects.toMatchObject({
    code: 'malformed',
    message: `PatchwrightRuns (${partitionKey}, r): column odd has an unknown type`,
  });
});

it('reads a row to which a person added a column that our rules refuse', async () => {
  const partitionKey = randomUUID();
  const client = provisioned.table('PatchwrightRuns');
  await client.createEntity({ partitionKey, rowKey: 'r', Note_1: 'kept' });

  const found = await new AzureTables(provisioned).get('PatchwrightRuns', partitionKey, 'r');

  expect(found?.entity).toEqual({ partitionKey, rowKey: 'r', Note_1: 'kept' });
});
