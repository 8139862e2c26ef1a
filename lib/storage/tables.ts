/** The tables. Names are public: people query them. */
export const TABLES = {
  runs: 'PatchwrightRuns',
  targets: 'PatchwrightTargets',
  jobs: 'PatchwrightJobs',
  inventory: 'PatchwrightInventory',
} as const;
export type TableName = (typeof TABLES)[keyof typeof TABLES];

export type Column = string | number | boolean | Date;

/** A flat, typed entity. A column that is absent has no value; there is no null in Table Storage. */
export interface Entity {
  readonly partitionKey: string;
  readonly rowKey: string;
  readonly [column: string]: Column;
}

export interface StoredEntity {
  readonly entity: Entity;
  /** Changes with every write: what an optimistic write is conditional on. */
  readonly etag: string;
}

/**
 * Port: tables with optimistic concurrency. Every write is conditional; what lost the race is a
 * value, not an error. Adapter: `AzureTables`.
 */
export interface Tables {
  get(table: TableName, partitionKey: string, rowKey: string): Promise<StoredEntity | undefined>;
  /** The new ETag; undefined where a row with those keys is there already. */
  insert(table: TableName, entity: Entity): Promise<string | undefined>;
  /** Inserts those that are absent and leaves the others alone; any number, one partition. */
  insertMissing(table: TableName, entities: readonly Entity[]): Promise<void>;
  /** Replaces the whole row; the new ETag, or undefined where it was changed or deleted since. */
  replace(table: TableName, entity: Entity, etag: string): Promise<string | undefined>;
  /** False where it was changed since; true where it is gone, whoever did it. */
  delete(table: TableName, partitionKey: string, rowKey: string, etag: string): Promise<boolean>;
  /** The rows of one partition in row-key order, from `fromRowKey` (inclusive) on. */
  list(
    table: TableName,
    partitionKey: string,
    options?: { readonly fromRowKey?: string },
  ): AsyncIterable<StoredEntity>;
}
