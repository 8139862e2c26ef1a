import { StorageError } from '../../lib/storage/storage-error.ts';
import {
  type Condition,
  type KeyRange,
  positionOf,
  type RowPage,
  type TableQueries,
  type TableQuery,
  tokenOf,
} from '../../lib/storage/table-queries.ts';
import type { Column, Entity, StoredEntity, TableName } from '../../lib/storage/tables.ts';
import type { MemoryTables } from './memory-tables.ts';

/** Queries over `MemoryTables`. Both adapters pass the same contract. */
export class MemoryTableQueries implements TableQueries {
  readonly #tables: Pick<MemoryTables, 'all' | 'nextPartition'>;
  /** Number of operations, for tests that count them. */
  pages = 0;

  constructor(tables: Pick<MemoryTables, 'all' | 'nextPartition'>) {
    this.#tables = tables;
  }

  async page(table: TableName, query: TableQuery): Promise<RowPage> {
    const after = query.after === undefined ? undefined : positionOf(query.after);
    // Throws if there is no such table.
    await this.#tables.nextPartition(table, '!');
    this.pages += 1;
    const isFrom = ({ partitionKey, rowKey }: Entity) =>
      after === undefined ||
      partitionKey > after.nextPartitionKey ||
      (partitionKey === after.nextPartitionKey && rowKey >= (after.nextRowKey ?? ''));
    const found = this.#tables
      .all(table)
      .filter(({ entity }: StoredEntity) => isFrom(entity) && matches(entity, query));
    const rows = found.slice(0, query.limit);
    const following = found[query.limit]?.entity;
    if (following === undefined) return { rows };
    const { partitionKey: nextPartitionKey, rowKey: nextRowKey } = following;
    return { rows, next: tokenOf({ nextPartitionKey, nextRowKey }) };
  }
}

function matches(entity: Entity, { partition, rows, where = [] }: TableQuery): boolean {
  const { partitionKey, rowKey } = entity;
  const inPartition =
    typeof partition === 'string' ? partitionKey === partition : isIn(partitionKey, partition);
  return inPartition && isIn(rowKey, rows) && where.every((any) => any.some(isTrueOf(entity)));
}

function isIn(key: string, { from = '', below }: KeyRange = {}): boolean {
  return key >= from && (below === undefined || key < below);
}

function isTrueOf(entity: Entity) {
  return ({ column, is, value }: Condition): boolean => {
    const known = entity[column];
    if (known === undefined || typeof known !== typeof value) return false;
    const [one, other] = [known, value].map(comparable);
    if (one === undefined || other === undefined) return false;
    switch (is) {
      case 'eq':
        return one === other;
      case 'gt':
        return one > other;
      case 'ge':
        return one >= other;
      case 'lt':
        return one < other;
      case 'le':
        return one <= other;
      default:
        throw new StorageError('invalid', `no such comparison: ${is satisfies never}`);
    }
  };
}

function comparable(value: Column): string | number | boolean {
  return value instanceof Date ? value.getTime() : value;
}
