import { expect, it } from 'vitest';
import { digestOf } from '../../../../../lib/image/digest.ts';
import { RepositoryName, Tag } from '../../../../../lib/image/reference.ts';
import type { InventoryCopy } from '../../../../../lib/pipeline/records/inventory-copy.ts';
import type { InventoryTag } from '../../../../../lib/pipeline/records/inventory-tag.ts';
import {
  CopyRow,
  copyIn,
  copyRow,
  TagRow,
  tagIn,
  tagRow,
} from '../../../../../lib/pipeline/stores/tables/inventory-rows.ts';
import { TABLES } from '../../../../../lib/storage/tables.ts';
import { TypedTable } from '../../../../../lib/storage/typed-table.ts';
import { MemoryTables } from '../../../../fakes/memory-tables.ts';

const NOW = new Date('2026-11-23T02:10:00Z');
const repository = RepositoryName.parse('team/api');
const tag = Tag.parse('v1');
const base = {
  repository,
  present: true,
  presentAt: NOW,
  counts: 'unknown',
  runId: 'run',
} as const;
const TAG: InventoryTag = { ...base, tag, state: 'clean', at: NOW };
const COPY: InventoryCopy = { ...base, kind: 'patch', tag, digest: digestOf('patch') };

it('stores a tag under its own name, and a patch under the name of its tag', () => {
  expect(tagRow(TAG)).toEqual({ ...TAG, kind: 'tag', partitionKey: 'team|api', rowKey: 'v1' });
  expect(copyRow(COPY)).toEqual({ ...COPY, partitionKey: 'team|api', rowKey: 'v1' });
});

const KEYS = { partitionKey: 'team|api', rowKey: 'v1' };
const place = { tables: new MemoryTables(), table: TABLES.inventory };
const TAG_ENTITY = new TypedTable({ ...place, schema: TagRow }).encode(tagRow(TAG));
const COPY_ENTITY = new TypedTable({ ...place, schema: CopyRow }).encode(copyRow(COPY));

it('reads each kind of row as what it is', () => {
  expect(tagIn(TAG_ENTITY)).toEqual(TAG);
  expect(copyIn(COPY_ENTITY)).toEqual(COPY);
  expect(tagIn(COPY_ENTITY)).toBeUndefined();
  expect(copyIn(TAG_ENTITY)).toBeUndefined();
});

it.each(['presentAt', 'digest'])('ignores a patch without the column %s', (missing) => {
  const columns = Object.entries(COPY_ENTITY).filter(([name]) => name !== missing);

  expect(copyIn({ ...KEYS, ...Object.fromEntries(columns) })).toBeUndefined();
});

it.each(['presentAt', 'state'])('ignores a tag without the column %s', (missing) => {
  const columns = Object.entries(TAG_ENTITY).filter(([name]) => name !== missing);

  expect(tagIn({ ...KEYS, ...Object.fromEntries(columns) })).toBeUndefined();
});
