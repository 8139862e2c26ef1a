import { isInt32 } from './entity-rules.ts';
import { StorageError } from './storage-error.ts';
import type { Column, Entity, StoredEntity, TableName } from './tables.ts';

/** A column as the SDK takes it. */
type SdkColumn = Column | { readonly type: 'Double'; readonly value: number };

export interface SdkEntity {
  partitionKey: string;
  rowKey: string;
  [column: string]: SdkColumn;
}

/**
 * The entity as the SDK takes it. JSON has one kind of number, and the service takes one without a
 * fraction for an Int32: any other is sent as a Double by name.
 */
export function toTableEntity(entity: Entity): SdkEntity {
  const { partitionKey, rowKey, ...columns } = entity;
  const sent: SdkEntity = { partitionKey, rowKey };
  for (const [name, value] of Object.entries(columns)) {
    const wide = typeof value === 'number' && !isInt32(value);
    sent[name] = wide ? { type: 'Double', value } : value;
  }
  return sent;
}

/** What the SDK gave, without its own fields. `malformed` where a column has a type of none of ours. */
export function fromTableEntity(table: TableName, found: Record<string, unknown>): StoredEntity {
  const { partitionKey, rowKey, etag, timestamp: _, ...rest } = found;
  if (typeof partitionKey !== 'string' || typeof rowKey !== 'string' || typeof etag !== 'string') {
    throw new StorageError('unexpected', `${table}: a row came without its keys or its ETag`);
  }
  const columns: Record<string, Column> = {};
  for (const [name, value] of Object.entries(rest)) {
    if (name.startsWith('odata.')) continue;
    if (!isColumn(value)) {
      const where = `${table} (${partitionKey}, ${rowKey})`;
      throw new StorageError('malformed', `${where}: column ${name} has an unknown type`);
    }
    columns[name] = value;
  }
  return { entity: { ...columns, partitionKey, rowKey }, etag };
}

export function isColumn(value: unknown): value is Column {
  return (
    typeof value === 'string' ||
    typeof value === 'number' ||
    typeof value === 'boolean' ||
    value instanceof Date
  );
}
