/** The tables. The names are public, because people query them. */
export const TABLES = {
  runs: 'PatchwrightRuns',
  targets: 'PatchwrightTargets',
  jobs: 'PatchwrightJobs',
  inventory: 'PatchwrightInventory',
  /** The vulnerabilities of each tag, by vulnerability. */
  findings: 'PatchwrightFindings',
  /** The app's own rows: claims, known patches, back-off, throttle, timers, requests to cancel. */
  state: 'PatchwrightState',
} as const;
/**
 * Version of the columns, in `schemaVersion` of each row. Rows without this column are of version 1 or
 * 2. docs/history.md says what changed.
 */
export const SCHEMA_VERSION = 3;
export type TableName = (typeof TABLES)[keyof typeof TABLES];

export type Column = string | number | boolean | Date;

/** A flat, typed entity. Table Storage has no null: a column without a value is absent. */
export interface Entity {
  readonly partitionKey: string;
  readonly rowKey: string;
  readonly [column: string]: Column;
}

export interface StoredEntity {
  readonly entity: Entity;
  /** Changes with every write. The next write is conditional on it. */
  readonly etag: string;
}

/**
 * Port: tables with optimistic concurrency. Every write is conditional. A lost race is a return value,
 * not an error. Adapter: `AzureTables`.
 */
export interface Tables {
  get(table: TableName, partitionKey: string, rowKey: string): Promise<StoredEntity | undefined>;
  /** Returns the new ETag; undefined if a row with these keys exists. */
  insert(table: TableName, entity: Entity): Promise<string | undefined>;
  /** Inserts the rows that are absent and leaves the others unchanged. All must share one partition. */
  insertMissing(table: TableName, entities: readonly Entity[]): Promise<void>;
  /**
   * Replaces the whole row. Returns the new ETag; undefined if the row was changed or deleted since.
   */
  replace(table: TableName, entity: Entity, etag: string): Promise<string | undefined>;
  /**
   * Writes rows of one partition, all or none. The first is inserted, or replaced if an ETag is given;
   * the others are overwritten, whatever they hold. Returns the first row's new ETag; undefined if it
   * exists already, or was changed or deleted since.
   */
  writeTogether(
    table: TableName,
    first: { readonly entity: Entity; readonly etag: string | undefined },
    others: readonly Entity[],
  ): Promise<string | undefined>;
  /**
   * Returns false if the row was changed since; true if it is gone, even if another caller deleted it.
   */
  delete(table: TableName, partitionKey: string, rowKey: string, etag: string): Promise<boolean>;
  /** The rows of one partition in row-key order. */
  list(table: TableName, partitionKey: string): AsyncIterable<StoredEntity>;
  /** The first partition key above this one, in code-unit order; undefined if there is none. */
  nextPartition(table: TableName, after: string): Promise<string | undefined>;
}
