import type * as z from 'zod';
import type { RowMapping } from '../pipeline/stores/tables/record-table.ts';
import type { Blobs } from '../storage/blobs.ts';
import type { TableQueries, TableQuery } from '../storage/table-queries.ts';
import type { Entity, TableName, Tables } from '../storage/tables.ts';
import type { RowKeys } from '../storage/typed-table.ts';

/** What answers need. They only read, and each file says how many operations it takes. */
export interface History {
  readonly tables: Pick<Tables, 'get' | 'nextPartition'>;
  readonly queries: TableQueries;
  readonly blobs: Pick<Blobs, 'read'>;
}

/** Items of one page. */
export interface Page<Item> {
  readonly items: readonly Item[];
  /** The value of `after` for the next page. Null on the last page. */
  readonly next: string | null;
  /** Rows left out because they match no version of their schema that this code knows. */
  readonly unreadable: number;
}

/** A page of a filtered list may be sparse. Further operations fill it, up to this number in all. */
const MOST_OPERATIONS = 10;

/** Reads a page of records. Takes one operation, and up to ten if rows without a match lie between. */
export async function pageOf<Item>(
  { queries }: Pick<History, 'queries'>,
  from: { readonly table: TableName; readonly parse: (entity: Entity) => Item | undefined },
  query: TableQuery,
): Promise<Page<Item>> {
  const items: Item[] = [];
  let unreadable = 0;
  let after = query.after;
  for (let operations = 0; operations < MOST_OPERATIONS; operations += 1) {
    const limit = query.limit - items.length;
    const page = await queries.page(from.table, { ...query, limit, after });
    for (const { entity } of page.rows) {
      const item = from.parse(entity);
      if (item === undefined) unreadable += 1;
      else items.push(item);
    }
    after = page.next;
    if (after === undefined || items.length >= query.limit) break;
  }
  return { items, next: after ?? null, unreadable };
}

/** A parser for `pageOf`. Returns undefined for a row that does not match. */
export function parserOf<Row extends RowKeys, Record>(mapping: RowMapping<Row, Record>) {
  return (entity: Entity): Record | undefined => {
    const row = safeDecode(mapping.schema, entity);
    return row === undefined ? undefined : mapping.fromRow(row);
  };
}

function safeDecode<Row>(schema: z.ZodType<Row>, entity: Entity): Row | undefined {
  const decoded = schema.safeDecode(entity);
  return decoded.success ? decoded.data : undefined;
}
