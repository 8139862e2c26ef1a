import { describe, expect, it } from 'vitest';
import { AzureTables } from '../../../lib/storage/azure-tables.ts';
import { TABLES } from '../../../lib/storage/tables.ts';
import { collect } from '../../contract/storage/collect.ts';
import { type StorageAnswer, type StorageRequest, stubStorage } from './stub-storage.ts';

const ROW = { partitionKey: 'p', rowKey: 'r' };
const ETAG = `W/"1"`;

async function tablesThatAnswer(
  answer: StorageAnswer | ((request: StorageRequest, nth: number) => StorageAnswer),
) {
  const { clients, requests } = await stubStorage(
    typeof answer === 'function' ? answer : () => answer,
  );
  return { tables: new AzureTables(clients), requests };
}

function failure(status: number, code: string): StorageAnswer {
  return {
    status,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ 'odata.error': { code, message: { value: code } } }),
  };
}

describe('a lost race', () => {
  it.each<readonly [string, number, string, (tables: AzureTables) => Promise<unknown>, unknown]>([
    ['reading', 404, 'ResourceNotFound', (t) => t.get(TABLES.jobs, 'p', 'r'), undefined],
    ['inserting', 409, 'EntityAlreadyExists', (t) => t.insert(TABLES.jobs, ROW), undefined],
    [
      'replacing',
      412,
      'UpdateConditionNotSatisfied',
      (t) => t.replace(TABLES.jobs, ROW, ETAG),
      undefined,
    ],
    ['replacing', 404, 'ResourceNotFound', (t) => t.replace(TABLES.jobs, ROW, ETAG), undefined],
    ['deleting', 404, 'ResourceNotFound', (t) => t.delete(TABLES.jobs, 'p', 'r', ETAG), true],
    [
      'deleting',
      412,
      'UpdateConditionNotSatisfied',
      (t) => t.delete(TABLES.jobs, 'p', 'r', ETAG),
      false,
    ],
  ])('while %s (%d %s) is a returned value', async (_, status, code, act, wanted) => {
    const { tables } = await tablesThatAnswer(failure(status, code));

    expect(await act(tables)).toBe(wanted);
  });

  it.each<readonly [string, (tables: AzureTables) => Promise<unknown>]>([
    ['reading', (t) => t.get(TABLES.jobs, 'p', 'r')],
    ['inserting', (t) => t.insert(TABLES.jobs, ROW)],
    ['replacing', (t) => t.replace(TABLES.jobs, ROW, ETAG)],
    ['deleting', (t) => t.delete(TABLES.jobs, 'p', 'r', ETAG)],
    ['listing', (t) => collect(t.list(TABLES.jobs, 'p'))],
  ])('is not the same as a missing table: %s throws', async (_, act) => {
    const { tables } = await tablesThatAnswer(failure(404, 'TableNotFound'));

    await expect(act(tables)).rejects.toMatchObject({ code: 'not-provisioned' });
  });
});

it('refuses an unconditional write without sending it', async () => {
  const { tables, requests } = await tablesThatAnswer({ status: 204 });

  await expect(tables.replace(TABLES.jobs, ROW, '*')).rejects.toMatchObject({ code: 'invalid' });
  await expect(tables.delete(TABLES.jobs, 'p', 'r', '*')).rejects.toMatchObject({
    code: 'invalid',
  });
  expect(requests).toEqual([]);
});

it('throws if the response to a write has no ETag', async () => {
  const { tables } = await tablesThatAnswer({ status: 204 });

  await expect(tables.insert(TABLES.jobs, ROW)).rejects.toMatchObject({ code: 'unexpected' });
});

it('requests pages until there is no continuation token', async () => {
  const page = (rowKey: string) =>
    JSON.stringify({ value: [{ PartitionKey: 'p', RowKey: rowKey, 'odata.etag': ETAG }] });
  const { tables, requests } = await tablesThatAnswer((_, nth) => ({
    status: 200,
    headers: {
      'content-type': 'application/json',
      ...(nth === 1
        ? { 'x-ms-continuation-nextpartitionkey': 'p', 'x-ms-continuation-nextrowkey': 'b' }
        : {}),
    },
    body: page(nth === 1 ? 'a' : 'b'),
  }));

  const listed = await collect(tables.list(TABLES.jobs, 'p'));

  expect(listed.map(({ entity }) => entity.rowKey)).toEqual(['a', 'b']);
  expect(requests).toHaveLength(2);
  expect(requests[0]?.target).toContain("$filter=PartitionKey eq 'p'");
});

describe('insertMissing', () => {
  const rows = (count: number, text = '') =>
    Array.from({ length: count }, (_, at) => ({ ...ROW, rowKey: `r${at}`, text }));
  const accepted: StorageAnswer = {
    status: 202,
    headers: { 'content-type': 'multipart/mixed; boundary=b' },
    body: batchBody('204 No Content', ''),
  };
  const batchSizes = (requests: readonly StorageRequest[]) =>
    requests.map(({ body }) => body.match(/"RowKey"/g)?.length);

  it.each([
    ['100 rows', rows(100), [100]],
    ['101 rows', rows(101), [100, 1]],
    ['rows of 64 KiB in parts of 3.5 MiB', rows(60, 'x'.repeat(32 * 1024)), [54, 6]],
    ['each row only once', [...rows(2), ...rows(3)], [3]],
    ['nothing', [], []],
  ])('sends in transactions: %s', async (_, entities, sizes) => {
    const { tables, requests } = await tablesThatAnswer(accepted);

    await tables.insertMissing(TABLES.jobs, entities);

    expect(batchSizes(requests)).toEqual(sizes);
  });

  it('inserts row by row if one of them exists', async () => {
    const exists = JSON.stringify({
      'odata.error': { code: 'EntityAlreadyExists', message: { value: '0:exists' } },
    });
    const { tables, requests } = await tablesThatAnswer(({ target }) =>
      target.startsWith('/$batch')
        ? {
            ...accepted,
            body: batchBody('409 Conflict', exists),
          }
        : { status: 204, headers: { etag: ETAG } },
    );

    await tables.insertMissing(TABLES.jobs, rows(3));

    expect(requests.map(({ target }) => target.slice(0, 7))).toEqual([
      '/$batch',
      ...Array.from({ length: 3 }, () => '/Patchw'),
    ]);
  });

  it('refuses rows of two partitions before it sends', async () => {
    const { tables, requests } = await tablesThatAnswer(accepted);
    const mixed = [...rows(1), { ...ROW, partitionKey: 'other' }];

    await expect(tables.insertMissing(TABLES.jobs, mixed)).rejects.toMatchObject({
      code: 'invalid',
    });
    expect(requests).toEqual([]);
  });
});

function batchBody(status: string, body: string): string {
  const boundary = '--changesetresponse_1';
  return [boundary, `HTTP/1.1 ${status}`, '', body, `${boundary}--`].join('\r\n');
}
