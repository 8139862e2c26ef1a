import { Digest } from '../../../image/digest.ts';
import { type RepositoryName, Tag } from '../../../image/reference.ts';
import { inParallel } from '../../../in-parallel.ts';
import { TABLES, type Tables } from '../../../storage/tables.ts';
import { TypedTable } from '../../../storage/typed-table.ts';
import { type FoundRepository, goneRows } from '../../records/gone-rows.ts';
import type { InventoryCopy } from '../../records/inventory-copy.ts';
import type { InventoryTag } from '../../records/inventory-tag.ts';
import { partitionOf } from './inventory-keys.ts';
import { CopyRow, copyIn, copyRow, TagRow, tagIn, tagRow } from './inventory-rows.ts';

const AT_ONCE = 8;

interface OldRow {
  readonly rowKey: string;
  readonly etag: string;
}

interface ReadRows {
  readonly tags: (InventoryTag & { readonly etag: string })[];
  readonly copies: (InventoryCopy & { readonly etag: string })[];
  /** Images whose own rows an earlier version left in this table. */
  readonly former: Digest[];
  /** Rows of an earlier version for tags. Those in use are replaced when their targets end. */
  readonly old: OldRow[];
}

/**
 * Marks the rows that no longer name an image in use, and deletes old ones that nothing will
 * replace. A row that another writer changes meanwhile is left to the next run.
 */
export async function retireRows(
  tables: Tables,
  repository: RepositoryName,
  found: FoundRepository,
  before: (tag: Tag) => Promise<void> = () => Promise.resolve(),
): Promise<Pick<ReadRows, 'former'>> {
  const partitionKey = partitionOf(repository);
  const tagTable = new TypedTable({ tables, table: TABLES.inventory, schema: TagRow });
  const copyTable = new TypedTable({ tables, table: TABLES.inventory, schema: CopyRow });
  const rows = await read(tables, partitionKey);
  const gone = goneRows(rows, found);
  const isWanted = ({ rowKey }: OldRow) => {
    const tag = Tag.safeParse(rowKey);
    return tag.success && found.wanted.has(tag.data);
  };
  await inParallel(gone.tags, AT_ONCE, async ({ known, gone: row }) => {
    await before(known.tag);
    await tagTable.replace(tagRow(row), known.etag);
  });
  await inParallel(gone.copies, AT_ONCE, async ({ known, gone: row }) => {
    await copyTable.replace(copyRow(row), known.etag);
  });
  const unwanted = rows.old.filter((row) => !isWanted(row));
  await inParallel(unwanted, AT_ONCE, async ({ rowKey, etag }) => {
    await tables.delete(TABLES.inventory, partitionKey, rowKey, etag);
  });
  return rows;
}

async function read(tables: Tables, partitionKey: string): Promise<ReadRows> {
  const rows: ReadRows = { tags: [], copies: [], former: [], old: [] };
  for await (const { entity, etag } of tables.list(TABLES.inventory, partitionKey)) {
    const tag = tagIn(entity);
    const copy = copyIn(entity);
    const image = entity.rowKey.startsWith('@')
      ? Digest.safeParse(entity.rowKey.slice(1))
      : undefined;
    if (tag !== undefined) rows.tags.push({ ...tag, etag });
    else if (copy !== undefined) rows.copies.push({ ...copy, etag });
    else if (image?.success) rows.former.push(image.data);
    else rows.old.push({ rowKey: entity.rowKey, etag });
  }
  return rows;
}
