import type { RepositoryName } from '../../../image/reference.ts';
import { inParallel } from '../../../in-parallel.ts';
import { TABLES, type Tables } from '../../../storage/tables.ts';
import { TypedTable } from '../../../storage/typed-table.ts';
import { partitionOf } from './inventory-keys.ts';
import { TagRow, tagIn, tagRow } from './inventory-rows.ts';

const AT_ONCE = 8;
/** Of one call: a repository may have a hundred thousand tags, and a step has some minutes. */
const MAX_ROWS = 10_000;

/**
 * Marks the tags of a repository that a run could not read and that were last seen before it. A row
 * that another writer changes meanwhile is not stale. Returns false if rows are left for another call.
 */
export async function markStale(
  tables: Tables,
  repository: RepositoryName,
  since: Date,
  most = MAX_ROWS,
): Promise<boolean> {
  const tagTable = new TypedTable({ tables, table: TABLES.inventory, schema: TagRow });
  const stale: { readonly row: TagRow; readonly etag: string }[] = [];
  for await (const { entity, etag } of tables.list(TABLES.inventory, partitionOf(repository))) {
    const tag = tagIn(entity);
    if (isStale(tag, since)) stale.push({ row: tagRow({ ...tag, staleSince: since }), etag });
    if (stale.length > most) break;
  }
  await inParallel(stale.slice(0, most), AT_ONCE, ({ row, etag }) => tagTable.replace(row, etag));
  return stale.length <= most;
}

interface Seen {
  readonly present: boolean;
  readonly presentAt: Date;
  readonly staleSince?: Date | undefined;
}

function isStale<Row extends Seen>(row: Row | undefined, since: Date): row is Row {
  return row?.present === true && row.presentAt < since && row.staleSince === undefined;
}
