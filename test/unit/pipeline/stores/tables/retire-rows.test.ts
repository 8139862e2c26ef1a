import { beforeEach, expect, it } from 'vitest';
import { type Digest, digestOf } from '../../../../../lib/image/digest.ts';
import { RepositoryName, Tag } from '../../../../../lib/image/reference.ts';
import type { FoundRepository } from '../../../../../lib/pipeline/records/gone-rows.ts';
import {
  CopyRow,
  copyRow,
  TagRow,
  tagRow,
} from '../../../../../lib/pipeline/stores/tables/inventory-rows.ts';
import { retireRows } from '../../../../../lib/pipeline/stores/tables/retire-rows.ts';
import { TABLES } from '../../../../../lib/storage/tables.ts';
import { TypedTable } from '../../../../../lib/storage/typed-table.ts';
import { MemoryTables } from '../../../../fakes/memory-tables.ts';

const repository = RepositoryName.parse('team/api');
const BEFORE = new Date('2026-11-23T01:00:00Z');
const START = new Date('2026-11-23T02:00:00Z');
const [V1, GONE] = [Tag.parse('v1'), Tag.parse('gone')];
const [SOURCE, UNUSED] = [digestOf('source'), digestOf('unused')];
const FOUND: FoundRepository = {
  runId: 'run',
  wanted: new Set([V1]),
  tags: new Map([[V1, { digest: SOURCE }]]),
  since: START,
  listedAt: START,
};
const base = { repository, present: true, presentAt: BEFORE, counts: 'known', runId: 'r' } as const;

let tables: MemoryTables;
beforeEach(() => {
  tables = new MemoryTables();
});

async function addTag(tag: Tag, digest: Digest): Promise<void> {
  const row = tagRow({ ...base, tag, digest, state: 'clean', at: BEFORE });
  await new TypedTable({ tables, table: TABLES.inventory, schema: TagRow }).insert(row);
}

async function addDigest(digest: Digest): Promise<void> {
  const row = copyRow({ ...base, kind: 'digest', digest });
  await new TypedTable({ tables, table: TABLES.inventory, schema: CopyRow }).insert(row);
}

const addOther = (rowKey: string) =>
  tables.insert(TABLES.inventory, { partitionKey: 'team|api', rowKey, of: 'an earlier version' });

/** Row key → whether the row is present; undefined for a row of an earlier version. */
const rows = () =>
  Object.fromEntries(
    tables.all(TABLES.inventory).map(({ entity }) => [entity.rowKey, entity.present]),
  );

it('marks tags and digests that are gone, and leaves the others', async () => {
  await addTag(V1, SOURCE);
  await addTag(GONE, UNUSED);
  await addDigest(SOURCE);
  await addDigest(UNUSED);

  await retireRows(tables, repository, FOUND);

  expect(rows()).toEqual({ v1: true, gone: false, [SOURCE]: true, [UNUSED]: false });
});

it('deletes rows of an earlier version, except those that a target will replace', async () => {
  for (const rowKey of ['v1', 'gone', 'not:a:tag']) await addOther(rowKey);

  await retireRows(tables, repository, FOUND);

  expect(rows()).toEqual({ v1: undefined });
});

it("returns the images of the app's own former rows, and leaves these", async () => {
  await addOther(`@${SOURCE}`);
  await addOther('@not-a-digest');

  expect((await retireRows(tables, repository, FOUND)).former).toEqual([SOURCE]);
  expect(Object.keys(rows())).toEqual([`@${SOURCE}`]);
});

it('leaves other repositories alone', async () => {
  await tables.insert(TABLES.inventory, { partitionKey: 'team|web', rowKey: 'gone', a: 1 });

  await retireRows(tables, repository, FOUND);

  expect(Object.keys(rows())).toEqual(['gone']);
});

it('leaves a row to the next run if another writer changes it meanwhile', async () => {
  await addTag(GONE, UNUSED);
  await addOther('old');
  const { list } = tables;
  tables.list = async function* (...args) {
    yield* list.apply(tables, args);
    for (const { entity, etag } of tables.all(TABLES.inventory)) {
      await tables.replace(TABLES.inventory, { ...entity, detail: 'new' }, etag);
    }
  };

  await retireRows(tables, repository, FOUND);

  expect(rows()).toEqual({ gone: true, old: undefined });
});

it('ends what is known of a tag before its row is marked, once', async () => {
  await addTag(GONE, UNUSED);
  const ended: unknown[] = [];
  const end = async (tag: Tag) => {
    ended.push([tag, rows().gone]);
  };

  await retireRows(tables, repository, FOUND, end);
  await retireRows(tables, repository, FOUND, end);

  expect(ended).toEqual([[GONE, true]]);
});
