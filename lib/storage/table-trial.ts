import type { TableName, Tables } from './tables.ts';

/** A partition key that no row of the app has. */
const PARTITION = 'doctor';

/** Writes, reads and deletes a row with this key. Throws a `StorageError` if one of them fails. */
export async function tryOutTable(tables: Tables, table: TableName, rowKey: string): Promise<void> {
  const etag = await tables.insert(table, { partitionKey: PARTITION, rowKey });
  try {
    await tables.get(table, PARTITION, rowKey);
  } finally {
    await tables.delete(table, PARTITION, rowKey, etag ?? '');
  }
}
