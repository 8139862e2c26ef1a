import {
  checkEntity,
  checkEtag,
  checkKey,
  checkKeys,
  checkTogether,
} from '../../lib/storage/entity-rules.ts';
import { StorageError } from '../../lib/storage/storage-error.ts';
import type { Column, Entity, StoredEntity, TableName, Tables } from '../../lib/storage/tables.ts';

/** Number of entities in one response to a query. */
const PAGE_SIZE = 1000;

type Partition = Map<string, StoredEntity>;

/** Table Storage in memory, with the semantics of `AzureTables`. Both pass the same contract. */
export class MemoryTables implements Tables {
  readonly #rows = new Map<TableName, Map<string, Partition>>();
  /**
   * Sorted keys of each partition, kept until a row is added or removed, because ticks read thousands.
   */
  readonly #order = new Map<Partition, readonly string[]>();
  readonly #missing: ReadonlySet<TableName>;
  readonly #pageSize: number;
  #writes = 0;

  constructor(
    options: { readonly missing?: readonly TableName[]; readonly pageSize?: number } = {},
  ) {
    this.#missing = new Set(options.missing ?? []);
    this.#pageSize = options.pageSize ?? PAGE_SIZE;
  }

  async get(
    table: TableName,
    partitionKey: string,
    rowKey: string,
  ): Promise<StoredEntity | undefined> {
    checkKeys(table, partitionKey, rowKey);
    const stored = this.#partition(table, partitionKey).get(rowKey);
    return stored === undefined ? undefined : copyOfStored(stored);
  }

  async insert(table: TableName, entity: Entity): Promise<string | undefined> {
    checkEntity(table, entity);
    const partition = this.#partition(table, entity.partitionKey);
    if (partition.has(entity.rowKey)) return undefined;
    return this.#write(partition, entity);
  }

  async insertMissing(table: TableName, entities: readonly Entity[]): Promise<void> {
    const [first] = entities;
    if (first === undefined) return;
    for (const entity of entities) {
      checkEntity(table, entity);
      if (entity.partitionKey !== first.partitionKey) {
        throw new StorageError('invalid', `${table}: insertMissing over more than one partition`);
      }
    }
    const partition = this.#partition(table, first.partitionKey);
    for (const entity of entities) {
      if (!partition.has(entity.rowKey)) this.#write(partition, entity);
    }
  }

  async replace(table: TableName, entity: Entity, etag: string): Promise<string | undefined> {
    checkEntity(table, entity);
    checkEtag(table, etag);
    const partition = this.#partition(table, entity.partitionKey);
    if (partition.get(entity.rowKey)?.etag !== etag) return undefined;
    return this.#write(partition, entity);
  }

  async writeTogether(
    table: TableName,
    { entity, etag }: { readonly entity: Entity; readonly etag: string | undefined },
    others: readonly Entity[],
  ): Promise<string | undefined> {
    checkTogether(table, [entity, ...others]);
    if (etag !== undefined) checkEtag(table, etag);
    const partition = this.#partition(table, entity.partitionKey);
    if (partition.get(entity.rowKey)?.etag !== etag) return undefined;
    for (const other of others) this.#write(partition, other);
    return this.#write(partition, entity);
  }

  async delete(
    table: TableName,
    partitionKey: string,
    rowKey: string,
    etag: string,
  ): Promise<boolean> {
    checkKeys(table, partitionKey, rowKey);
    checkEtag(table, etag);
    const partition = this.#partition(table, partitionKey);
    const stored = partition.get(rowKey);
    if (stored === undefined) return true;
    if (stored.etag !== etag) return false;
    partition.delete(rowKey);
    this.#order.delete(partition);
    return true;
  }

  /** Reads page by page like the service, so changes behind the present page are seen. */
  async *list(table: TableName, partitionKey: string): AsyncGenerator<StoredEntity> {
    checkKey(table, 'partition key', partitionKey);
    let include = (_rowKey: string) => true;
    while (true) {
      const rows = this.#sorted(table, partitionKey);
      const from = rows.findIndex((stored) => include(stored.entity.rowKey));
      const page = from === -1 ? [] : rows.slice(from, from + this.#pageSize);
      yield* page.map(copyOfStored);
      const last = page.at(-1);
      if (last === undefined || page.length < this.#pageSize) return;
      include = (rowKey) => rowKey > last.entity.rowKey;
    }
  }

  async nextPartition(table: TableName, after: string): Promise<string | undefined> {
    checkKey(table, 'partition key', after);
    this.#partition(table, after);
    const partitions = [...(this.#rows.get(table) ?? [])].filter(([, rows]) => rows.size > 0);
    return partitions
      .map(([key]) => key)
      .sort(ordinal)
      .find((key) => key > after);
  }

  /** Every row of a table, for assertions: by partition, then row. */
  all(table: TableName): readonly StoredEntity[] {
    const partitions = [...(this.#rows.get(table)?.keys() ?? [])].sort(ordinal);
    return partitions.flatMap((key) => this.#sorted(table, key)).map(copyOfStored);
  }

  /** Number of effective writes over all tables. Replaying a finished run must not add any. */
  get writes(): number {
    return this.#writes;
  }

  #write(partition: Partition, entity: Entity): string {
    this.#writes += 1;
    const etag = `W/"memory-${this.#writes}"`;
    if (!partition.has(entity.rowKey)) this.#order.delete(partition);
    partition.set(entity.rowKey, { entity: copyOf(entity), etag });
    return etag;
  }

  #partition(table: TableName, partitionKey: string): Partition {
    if (this.#missing.has(table)) {
      throw new StorageError('not-provisioned', `${table}: no such table`);
    }
    const partitions = this.#rows.get(table) ?? new Map<string, Partition>();
    this.#rows.set(table, partitions);
    const partition = partitions.get(partitionKey) ?? new Map<string, StoredEntity>();
    partitions.set(partitionKey, partition);
    return partition;
  }

  #sorted(table: TableName, partitionKey: string): StoredEntity[] {
    const partition = this.#partition(table, partitionKey);
    const keys = this.#order.get(partition) ?? [...partition.keys()].sort(ordinal);
    this.#order.set(partition, keys);
    return keys.flatMap((key) => partition.get(key) ?? []);
  }
}

/** Keys are ASCII, so code-unit order is the service's order. */
function ordinal(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function copyOfStored(stored: StoredEntity): StoredEntity {
  return { entity: copyOf(stored.entity), etag: stored.etag };
}

function copyOf(entity: Entity): Entity {
  const copy: Record<string, Column> & Entity = { ...entity };
  for (const [name, value] of Object.entries(entity)) {
    if (typeof value !== 'string') copy[name] = copyOfColumn(value);
  }
  return copy;
}

function copyOfColumn(value: Column): Column {
  if (value instanceof Date) return new Date(value);
  // JSON has no negative zero.
  return value === 0 ? 0 : value;
}
