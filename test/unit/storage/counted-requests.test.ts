import { createPipelineRequest } from '@azure/core-rest-pipeline';
import { expect, it } from 'vitest';
import { AzureBlobs } from '../../../lib/storage/azure-blobs.ts';
import { AzureQueues } from '../../../lib/storage/azure-queues.ts';
import { AzureTables } from '../../../lib/storage/azure-tables.ts';
import { CONTAINERS } from '../../../lib/storage/blobs.ts';
import { countedRequests } from '../../../lib/storage/counted-requests.ts';
import { QUEUES } from '../../../lib/storage/queues.ts';
import { StorageUse } from '../../../lib/storage/storage-use.ts';
import { TABLES } from '../../../lib/storage/tables.ts';
import { ManualClock } from '../../fakes/manual-clock.ts';
import { stubStorage } from './stub-storage.ts';

/** Refuses each request once, so that the client tries again. */
async function refusingOnce() {
  const use = new StorageUse();
  const seen = new Set<string>();
  const { clients, requests } = await stubStorage(({ method, target }) => {
    const isNew = !seen.has(`${method} ${target}`);
    seen.add(`${method} ${target}`);
    return isNew
      ? { status: 503, headers: { 'retry-after': '0' } }
      : { status: 404, code: 'BlobNotFound' };
  }, use);
  return { use, clients, requests };
}

it('counts each try of a blob, a message and a row, for the run of the step', async () => {
  const { use, clients, requests } = await refusingOnce();
  const blobs = new AzureBlobs(clients, new ManualClock());
  const queues = new AzureQueues(clients);
  const tables = new AzureTables(clients);
  const counts: number[] = [];

  for (const send of [
    () => blobs.delete(CONTAINERS.results, 'a'),
    () => queues.send(QUEUES.jobs, {}).catch(() => {}),
    () => tables.get(TABLES.runs, 'a', 'b').catch(() => {}),
  ]) {
    await use.during('a run', send);
    counts.push(use.take('a run'));
  }

  expect(counts).toEqual([2, 2, 2]);
  expect(requests).toHaveLength(6);
});

it('does not count a request without an answer', async () => {
  const use = new StorageUse();
  const lost = () => Promise.reject(new Error('the connection was reset'));
  const request = createPipelineRequest({ url: 'https://account.table.example.com' });

  const sent = use.during('a run', () => countedRequests(use).sendRequest(request, lost));

  await expect(sent).rejects.toThrow('reset');
  expect(use.take('a run')).toBe(0);
});
