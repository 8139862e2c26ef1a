import { expect, it } from 'vitest';
import * as z from 'zod';
import { Tag } from '../../../../../lib/image/reference.ts';
import {
  flagOrFalse,
  textOrEmpty,
} from '../../../../../lib/pipeline/stores/tables/explicit-column.ts';
import { TypedTable } from '../../../../../lib/storage/typed-table.ts';
import { MemoryTables } from '../../../../fakes/memory-tables.ts';

const Row = z.object({
  partitionKey: z.string(),
  rowKey: z.string(),
  tag: textOrEmpty(Tag),
  found: flagOrFalse(),
});
const keys = { partitionKey: 'p', rowKey: 'r' };
const tables = new MemoryTables();
const rows = new TypedTable({ tables, table: 'PatchwrightTargets', schema: Row });

it('writes an absent text and an absent flag as values that a filter finds', async () => {
  await rows.insert(keys);

  expect(tables.all('PatchwrightTargets')[0]?.entity).toEqual({
    ...keys,
    tag: '',
    found: false,
    schemaVersion: 3,
  });
  expect((await rows.get('p', 'r'))?.row).toEqual(keys);
});

it('keeps a text and a flag', async () => {
  const row = { ...keys, rowKey: 's', tag: Tag.parse('1.4'), found: true };
  await rows.insert(row);

  expect((await rows.get('p', 's'))?.row).toEqual(row);
});

it('reads a row of an earlier version, which lacks the columns', async () => {
  await tables.insert('PatchwrightTargets', { ...keys, rowKey: 'old' });

  expect((await rows.get('p', 'old'))?.row).toEqual({ ...keys, rowKey: 'old' });
});

it('refuses a text that the schema refuses', async () => {
  await tables.insert('PatchwrightTargets', { ...keys, rowKey: 'bad', tag: 'not a tag' });

  await expect(rows.get('p', 'bad')).rejects.toThrow('tag');
});
