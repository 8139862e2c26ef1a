import { RestError } from '@azure/core-rest-pipeline';
import { describe, expect, it } from 'vitest';
import { storageChecks } from '../../../lib/doctor/storage-checks.ts';
import { CONTAINERS } from '../../../lib/storage/blobs.ts';
import { StorageError } from '../../../lib/storage/storage-error.ts';
import { TABLES } from '../../../lib/storage/tables.ts';
import { CheckSetup } from './check-setup.ts';

describe('the check of the storage account', () => {
  it('passes if each service answers, even with a refusal', async () => {
    const setup = new CheckSetup();
    setup.answer = () => 403;

    expect(await setup.run(storageChecks, 'storage')).toEqual({
      status: 'pass',
      detail: `answers: ${['blob', 'queue', 'table']
        .map((service) => `account.${service}.core.windows.net`)
        .join(', ')}`,
    });
    expect(setup.requests).toHaveLength(3);
  });

  it.each([
    ['ENOTFOUND', 'Check the AzureWebJobsStorage settings'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'NODE_EXTRA_CA_CERTS'],
  ])('fails with advice for %s if a service does not answer', async (code, advice) => {
    const setup = new CheckSetup();
    setup.answer = (request) => {
      if (request.url.includes('queue')) throw new RestError('hush', { code, request });
      return 200;
    };

    expect(await setup.run(storageChecks, 'storage')).toMatchObject({
      status: 'fail',
      detail: `no answer from account.queue.core.windows.net (${code})`,
      whatToDo: expect.stringContaining(advice),
    });
  });
});

describe('the checks of tables, queues and containers', () => {
  it.each([
    ['storage-tables', '6 tables can be used'],
    ['storage-queues', '2 queues can be used'],
    ['storage-poison-queues', '2 poison queues can be used'],
    ['storage-containers', '3 blob containers can be used'],
  ])('%s passes and leaves nothing behind', async (id, detail) => {
    const setup = new CheckSetup();

    expect(await setup.run(storageChecks, id)).toEqual({ status: 'pass', detail });
    const { tables, blobs } = setup.world;
    expect(Object.values(TABLES).flatMap((table) => tables.all(table))).toEqual([]);
    expect(Object.values(CONTAINERS).flatMap((name) => blobs.names(name))).toEqual([]);
  });

  it.each([
    ['storage-queues', 'patchwright-runs', 'missing queues: patchwright-runs'],
    [
      'storage-poison-queues',
      'patchwright-jobs-poison',
      'missing poison queues: patchwright-jobs-poison',
    ],
  ])('%s names a missing one', async (id, queue, detail) => {
    const setup = new CheckSetup();
    setup.queues.delete(queue);

    expect(await setup.run(storageChecks, id)).toMatchObject({
      status: 'fail',
      detail,
      whatToDo: expect.stringContaining('infra/main.bicep'),
    });
  });

  it('warn of messages in a poison queue', async () => {
    const setup = new CheckSetup();
    setup.queues.set('patchwright-jobs-poison', 2);

    expect(await setup.run(storageChecks, 'storage-poison-queues')).toMatchObject({
      status: 'warn',
      detail: 'messages wait in patchwright-jobs-poison (2)',
    });
  });

  it('throw any other failure after they have deleted their blob', async () => {
    const setup = new CheckSetup();
    setup.world.blobs.read = async () => Promise.reject(new StorageError('denied', 'no right'));

    await expect(setup.run(storageChecks, 'storage-containers')).rejects.toThrow('no right');
    expect(Object.values(CONTAINERS).flatMap((name) => setup.world.blobs.names(name))).toEqual([]);
  });
});

describe('the check of a signed URL', () => {
  it.each([
    [
      'passes if one URL creates a blob and cannot overwrite it, and another reads it',
      [201, 403, 200],
      'pass',
      'read, and could not be overwritten',
    ],
    ['fails if the URL is refused', [403, 403], 'fail', 'answered 403 to the first write'],
    ['fails if the URL overwrites a blob', [201, 201], 'fail', 'answered 201 to a second write'],
    ['fails if a URL does not read', [201, 403, 403], 'fail', 'answered 403 to a read'],
  ])('%s', async (_, statuses, status, detail) => {
    const setup = new CheckSetup();
    setup.answer = (_request, nth) => statuses[nth - 1] ?? 500;

    expect(await setup.run(storageChecks, 'storage-result-address')).toMatchObject({
      status,
      detail: expect.stringContaining(detail),
    });
    expect(setup.requests.map(({ method }) => method)).toEqual(
      ['PUT', 'PUT', 'GET'].slice(0, statuses.length),
    );
    expect(setup.requests[0]?.url).toMatch(/^https:.*doctor\/id1\?.*se=2026-11-23T02%3A10%3A00Z/);
  });
});

it('needs the check of the identity only if storage is reached by identity', () => {
  const needsOf = (setup: CheckSetup) => {
    const needs = storageChecks.find(({ id }) => id === 'storage-tables')?.needs;
    return typeof needs === 'function' ? needs(setup.context) : needs;
  };
  const byIdentity = new CheckSetup({
    settings: {
      AzureWebJobsStorage: '',
      AzureWebJobsStorage__blobServiceUri: 'https://a.blob.core.windows.net',
      AzureWebJobsStorage__queueServiceUri: 'https://a.queue.core.windows.net',
      AzureWebJobsStorage__tableServiceUri: 'https://a.table.core.windows.net',
    },
  });

  expect(needsOf(new CheckSetup())).toEqual(['storage']);
  expect(needsOf(byIdentity)).toEqual(['storage', 'identity']);
});
