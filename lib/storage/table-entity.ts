import { isInt32 } from './entity-rules.ts';
import { StorageError } from './storage-error.ts';
import type { Column, Entity, StoredEntity, TableName } from './tables.ts';

/** A column in the SDK's form. */
type SdkColumn = Column | { readonly type: 'Double'; readonly value: number };

export interface SdkEntity {
  partitionKey: string;
  rowKey: string;
  [column: string]: SdkColumn;
}

/**
 * Converts an entity to the SDK's form. The service reads a JSON number without a fraction as an Int32,
 * so every other number is sent explicitly as a Double.
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

/** Converts an entity of the SDK. Throws `malformed` if a column has a type that we don't use. */
export function fromTableEntity(table: TableName, found: Record<string, unknown>): StoredEntity {
  const { partitionKey, rowKey, etag, timestamp: _, ...rest } = found;
  if (typeof partitionKey !== 'string' || typeof rowKey !== 'string' || typeof etag !== 'string') {
    throw new StorageError('unexpected', `${table}: a row has no keys or no ETag`);
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
