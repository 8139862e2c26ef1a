import { expect, it } from 'vitest';
import * as z from 'zod';
import { RecordTable } from '../../../../../lib/pipeline/stores/tables/record-table.ts';
import { TABLES } from '../../../../../lib/storage/tables.ts';
import { MemoryTables } from '../../../../fakes/memory-tables.ts';

const Row = z.object({
  partitionKey: z.string(),
  rowKey: z.string(),
  color: z.string().optional(),
});
interface Thing {
  readonly id: string;
  readonly color?: string | undefined;
}

const KEYS = { partitionKey: 'p', rowKey: 'a' };

/** Things with an id and a color, all in one partition. */
function setUp() {
  const tables = new MemoryTables();
  const things = new RecordTable<z.infer<typeof Row>, Thing>(tables, {
    table: TABLES.state,
    schema: Row,
    toRow: ({ id, color }) => ({ partitionKey: 'p', rowKey: id, color }),
    fromRow: ({ rowKey: id, color }) => ({ id, ...(color !== undefined && { color }) }),
  });
  return { tables, things };
}

it('finds what it inserted, with the version of the row', async () => {
  const { tables, things } = setUp();

  const inserted = await things.insert({ id: 'a', color: 'red' });

  expect(await things.find(KEYS)).toEqual(inserted);
  expect(inserted?.version).toBe(tables.all(TABLES.state)[0]?.etag);
  expect(await things.find({ ...KEYS, rowKey: 'b' })).toBeUndefined();
});

it('inserts a record once', async () => {
  const { things } = setUp();
  await things.insert({ id: 'a', color: 'red' });

  expect(await things.insert({ id: 'a', color: 'blue' })).toBeUndefined();
  await things.insertMissing([{ id: 'a', color: 'blue' }, { id: 'b' }]);

  const listed = await Array.fromAsync(things.list('p'));
  expect(listed.map(({ id, color }) => [id, color])).toEqual([
    ['a', 'red'],
    ['b', undefined],
  ]);
});

it('updates the version that it knows, and no newer one', async () => {
  const { things } = setUp();
  const first = await things.insert({ id: 'a', color: 'red' });
  if (first === undefined) throw new Error('it exists');

  const second = await things.update(first, { color: 'blue' });
  expect(second).toEqual({ id: 'a', color: 'blue', version: expect.any(String) });
  expect(second?.version).not.toBe(first.version);
  expect(await things.update(first, { color: 'green' })).toBeUndefined();
  expect(await things.find(KEYS)).toEqual(second);
});

it('clears a column that becomes undefined, or that a replacement lacks', async () => {
  const { things } = setUp();
  const first = await things.insert({ id: 'a', color: 'red' });
  if (first === undefined) throw new Error('it exists');

  await things.update(first, { color: undefined });
  expect(await things.find(KEYS)).not.toHaveProperty('color');

  const again = await things.insert({ id: 'b', color: 'red' });
  if (again === undefined) throw new Error('it exists');
  await things.replace(again, { id: 'b' });
  expect(await things.find({ ...KEYS, rowKey: 'b' })).not.toHaveProperty('color');
});

it('passes over a row that it cannot read, only if asked to', async () => {
  const { tables, things } = setUp();
  await things.insert({ id: 'a' });
  await tables.insert(TABLES.state, { partitionKey: 'p', rowKey: 'b', color: 1 });
  const passed: string[] = [];

  const listed = await Array.fromAsync(
    things.listReadable('p', (error) => passed.push(error.message)),
  );

  expect(listed.map(({ id }) => id)).toEqual(['a']);
  expect(passed).toHaveLength(1);
  await expect(Array.fromAsync(things.list('p'))).rejects.toThrow('color');
});
