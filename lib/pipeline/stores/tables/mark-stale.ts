import type { RepositoryName } from '../../../image/reference.ts';
import { inParallel } from '../../../in-parallel.ts';
import { TABLES, type Tables } from '../../../storage/tables.ts';
import { TypedTable } from '../../../storage/typed-table.ts';
import { partitionOf } from './inventory-keys.ts';
import { TagRow, tagIn, tagRow } from './inventory-rows.ts';

const AT_ONCE = 8;

/**
 * Marks the tags of a repository that a run could not read and that were last seen before it. A row
 * that another writer changes meanwhile is not stale.
 */
export async function markStale(
  tables: Tables,
  repository: RepositoryName,
  since: Date,
): Promise<void> {
  const tagTable = new TypedTable({ tables, table: TABLES.inventory, schema: TagRow });
  const rows = await Array.fromAsync(tables.list(TABLES.inventory, partitionOf(repository)));
  await inParallel(rows, AT_ONCE, async ({ entity, etag }) => {
    const tag = tagIn(entity);
    if (isStale(tag, since)) await tagTable.replace(tagRow({ ...tag, staleSince: since }), etag);
  });
}

interface Seen {
  readonly present: boolean;
  readonly presentAt: Date;
  readonly staleSince?: Date | undefined;
}

function isStale<Row extends Seen>(row: Row | undefined, since: Date): row is Row {
  return row?.present === true && row.presentAt < since && row.staleSince === undefined;
}
