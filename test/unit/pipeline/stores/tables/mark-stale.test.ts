import { expect, it } from 'vitest';
import { digestOf } from '../../../../../lib/image/digest.ts';
import { RepositoryName, Tag } from '../../../../../lib/image/reference.ts';
import {
  CopyRow,
  copyRow,
  TagRow,
  tagRow,
} from '../../../../../lib/pipeline/stores/tables/inventory-rows.ts';
import { markStale } from '../../../../../lib/pipeline/stores/tables/mark-stale.ts';
import { TABLES } from '../../../../../lib/storage/tables.ts';
import { TypedTable } from '../../../../../lib/storage/typed-table.ts';
import { MemoryTables } from '../../../../fakes/memory-tables.ts';

const repository = RepositoryName.parse('team/api');
const BEFORE = new Date('2026-11-23T01:00:00Z');
const START = new Date('2026-11-23T02:00:00Z');
const digest = digestOf('image');

/** An inventory with a tag for each of these changes, and a digest. */
async function inventoryOf(
  tags: Readonly<Record<string, { presentAt?: Date; present?: boolean; staleSince?: Date }>>,
) {
  const tables = new MemoryTables();
  const place = { tables, table: TABLES.inventory };
  const base = {
    repository,
    present: true,
    presentAt: BEFORE,
    counts: 'known',
    runId: 'r',
  } as const;
  for (const [name, changes] of Object.entries(tags)) {
    const row = { ...base, tag: Tag.parse(name), state: 'clean', at: BEFORE, ...changes } as const;
    await new TypedTable({ ...place, schema: TagRow }).insert(tagRow(row));
  }
  const copy = copyRow({ ...base, kind: 'digest', digest });
  await new TypedTable({ ...place, schema: CopyRow }).insert(copy);
  await tables.insert(TABLES.inventory, { partitionKey: 'team|api', rowKey: 'old', of: 'before' });
  const rows = () =>
    Object.fromEntries(
      tables.all(TABLES.inventory).map(({ entity }) => [entity.rowKey, entity.staleSince]),
    );
  return { tables, rows };
}

it('marks the tags that were last seen before the run', async () => {
  const { tables, rows } = await inventoryOf({
    v1: {},
    seen: { presentAt: START },
    gone: { present: false },
    stale: { staleSince: BEFORE },
  });

  await markStale(tables, repository, START);

  expect(rows()).toEqual({
    v1: START,
    seen: undefined,
    gone: undefined,
    stale: BEFORE,
    [digest]: undefined,
    old: undefined,
  });
});

it('marks a limited number of rows, and says whether others are left', async () => {
  const { tables, rows } = await inventoryOf({ v1: {}, v2: {}, v3: {} });
  const marked = () => Object.values(rows()).filter((since) => since !== undefined);

  expect(await markStale(tables, repository, START, 2)).toBe(false);
  expect(marked()).toHaveLength(2);
  expect(await markStale(tables, repository, START, 2)).toBe(true);
  expect(marked()).toHaveLength(3);
});

it('leaves a row that another writer changes meanwhile', async () => {
  const { tables, rows } = await inventoryOf({ v1: {} });
  const { list } = tables;
  tables.list = async function* (...args) {
    yield* list.apply(tables, args);
    for (const { entity, etag } of tables.all(TABLES.inventory)) {
      await tables.replace(TABLES.inventory, { ...entity, presentAt: START }, etag);
    }
  };

  await markStale(tables, repository, START);

  expect(rows()).toEqual({ v1: undefined, [digest]: undefined, old: undefined });
});
