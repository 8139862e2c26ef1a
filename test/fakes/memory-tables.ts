import { checkEntity, checkEtag, checkKey, checkKeys } from '../../lib/storage/entity-rules.ts';
import { StorageError } from '../../lib/storage/storage-error.ts';
import type { Column, Entity, StoredEntity, TableName, Tables } from '../../lib/storage/tables.ts';

/** Entities that the service gives in one answer to a query. */
const PAGE_SIZE = 1000;

/** Table Storage in memory, with the semantics of `AzureTables`: one contract suite holds both to it. */
export class MemoryTables implements Tables {
  readonly #rows = new Map<TableName, Map<string, Map<string, StoredEntity>>>();
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
    return true;
  }

  /** Page by page, as the service does it: what changes behind the present page is seen. */
  async *list(
    table: TableName,
    partitionKey: string,
    options: { readonly fromRowKey?: string } = {},
  ): AsyncGenerator<StoredEntity> {
    checkKey(table, 'partition key', partitionKey);
    if (options.fromRowKey !== undefined) checkKey(table, 'row key', options.fromRowKey);
    let include = (rowKey: string) => rowKey >= (options.fromRowKey ?? '');
    while (true) {
      const page = this.#sorted(table, partitionKey)
        .filter((stored) => include(stored.entity.rowKey))
        .slice(0, this.#pageSize);
      yield* page.map(copyOfStored);
      const last = page.at(-1);
      if (last === undefined || page.length < this.#pageSize) return;
      include = (rowKey) => rowKey > last.entity.rowKey;
    }
  }

  /** Every row of a table, for assertions: by partition, then row. */
  all(table: TableName): readonly StoredEntity[] {
    const partitions = [...(this.#rows.get(table)?.keys() ?? [])].sort(ordinal);
    return partitions.flatMap((key) => this.#sorted(table, key)).map(copyOfStored);
  }

  /** How many writes took effect, over all tables: a finished run replayed must not add any. */
  get writes(): number {
    return this.#writes;
  }

  #write(partition: Map<string, StoredEntity>, entity: Entity): string {
    this.#writes += 1;
    const etag = `W/"memory-${this.#writes}"`;
    partition.set(entity.rowKey, { entity: copyOf(entity), etag });
    return etag;
  }

  #partition(table: TableName, partitionKey: string): Map<string, StoredEntity> {
    if (this.#missing.has(table)) {
      throw new StorageError('not-provisioned', `${table}: no such table`);
    }
    const partitions = this.#rows.get(table) ?? new Map<string, Map<string, StoredEntity>>();
    this.#rows.set(table, partitions);
    const partition = partitions.get(partitionKey) ?? new Map<string, StoredEntity>();
    partitions.set(partitionKey, partition);
    return partition;
  }

  #sorted(table: TableName, partitionKey: string): StoredEntity[] {
    return [...this.#partition(table, partitionKey).values()].sort((a, b) =>
      ordinal(a.entity.rowKey, b.entity.rowKey),
    );
  }
}

/** Keys are ASCII, so that code units are the service's order. */
function ordinal(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function copyOfStored(stored: StoredEntity): StoredEntity {
  return { entity: copyOf(stored.entity), etag: stored.etag };
}

function copyOf(entity: Entity): Entity {
  const columns: Record<string, Column> = {};
  for (const [name, value] of Object.entries(entity)) columns[name] = copyOfColumn(value);
  return { ...columns, partitionKey: entity.partitionKey, rowKey: entity.rowKey };
}

function copyOfColumn(value: Column): Column {
  if (value instanceof Date) return new Date(value);
  // JSON has no negative zero.
  return value === 0 ? 0 : value;
}
