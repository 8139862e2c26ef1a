import type { z } from 'zod';
import { StorageError } from './storage-error.ts';
import { isColumn } from './table-entity.ts';
import type { Column, Entity, StoredEntity, TableName, Tables } from './tables.ts';

export interface RowKeys {
  readonly partitionKey: string;
  readonly rowKey: string;
}

/** A row and the ETag that a write after it has to name. */
export interface Stored<Row> {
  readonly row: Row;
  readonly etag: string;
}

/**
 * One table seen through the schema of its rows. Rows are decoded when read and encoded when
 * written, so a column may be a codec (a list kept as JSON, for example). An optional column without
 * a value is absent from the row. What lost a race is a value, as in `Tables`; a row that does not fit
 * the schema is a `StorageError` that names its keys and columns, never its values.
 */
export class TypedTable<Row extends RowKeys> {
  readonly #tables: Tables;
  readonly #table: TableName;
  readonly #schema: z.ZodType<Row>;

  constructor(options: {
    readonly tables: Tables;
    readonly table: TableName;
    readonly schema: z.ZodType<Row>;
  }) {
    this.#tables = options.tables;
    this.#table = options.table;
    this.#schema = options.schema;
  }

  async get(partitionKey: string, rowKey: string): Promise<Stored<Row> | undefined> {
    const stored = await this.#tables.get(this.#table, partitionKey, rowKey);
    return stored === undefined ? undefined : this.#decode(stored);
  }

  /** The row as stored; undefined where one with its keys is there already. */
  async insert(row: Row): Promise<Stored<Row> | undefined> {
    const etag = await this.#tables.insert(this.#table, this.#encode(row));
    return etag === undefined ? undefined : { row, etag };
  }

  /** Inserts those that are absent and leaves the others alone; any number, one partition. */
  async insertMissing(rows: readonly Row[]): Promise<void> {
    await this.#tables.insertMissing(
      this.#table,
      rows.map((row) => this.#encode(row)),
    );
  }

  /** The row as stored; undefined where it was changed or deleted since. */
  async replace(row: Row, etag: string): Promise<Stored<Row> | undefined> {
    const next = await this.#tables.replace(this.#table, this.#encode(row), etag);
    return next === undefined ? undefined : { row, etag: next };
  }

  /** False where it was changed since; true where it is gone, whoever did it. */
  async delete(keys: RowKeys, etag: string): Promise<boolean> {
    return await this.#tables.delete(this.#table, keys.partitionKey, keys.rowKey, etag);
  }

  /** The rows of one partition in row-key order, from `fromRowKey` (inclusive) on. */
  async *list(
    partitionKey: string,
    options: { readonly fromRowKey?: string } = {},
  ): AsyncGenerator<Stored<Row>> {
    for await (const stored of this.#tables.list(this.#table, partitionKey, options)) {
      yield this.#decode(stored);
    }
  }

  /** As `list`, but a row that does not fit the schema is told to `passOver` and left out. */
  async *listReadable(
    partitionKey: string,
    passOver: (error: StorageError) => void,
  ): AsyncGenerator<Stored<Row>> {
    for await (const stored of this.#tables.list(this.#table, partitionKey, {})) {
      try {
        yield this.#decode(stored);
      } catch (error) {
        if (!(error instanceof StorageError)) throw error;
        passOver(error);
      }
    }
  }

  #decode(stored: StoredEntity): Stored<Row> {
    const decoded = this.#tryDecode(stored.entity);
    if (!decoded.success) {
      const faults = faultsOf(decoded.error);
      throw new StorageError('malformed', `${this.#where(stored.entity)}: ${faults}`);
    }
    return { row: decoded.data, etag: stored.etag };
  }

  #tryDecode(entity: Entity): z.ZodSafeParseResult<Row> {
    try {
      return this.#schema.safeDecode(entity);
    } catch {
      // A codec threw. What it threw is dropped: JSON.parse, for one, quotes its input.
      throw new StorageError('malformed', `${this.#where(entity)}: a column can't be decoded`);
    }
  }

  #encode(row: Row): Entity {
    const encoded = this.#schema.safeEncode(row);
    if (!encoded.success) {
      throw new StorageError('invalid', `${this.#where(row)}: ${faultsOf(encoded.error)}`);
    }
    const columns: Record<string, Column> = {};
    for (const [name, value] of Object.entries(encoded.data ?? {})) {
      if (value === undefined) continue;
      if (!isColumn(value)) {
        throw new StorageError('invalid', `${this.#where(row)}: ${name} is not a flat value`);
      }
      columns[name] = value;
    }
    return { ...columns, partitionKey: row.partitionKey, rowKey: row.rowKey };
  }

  #where(keys: RowKeys): string {
    return `${this.#table} (${keys.partitionKey}, ${keys.rowKey})`;
  }
}

/** Columns and kinds of fault only: zod's own messages may quote what they found. */
function faultsOf(error: z.core.$ZodError): string {
  return error.issues.map((issue) => `${issue.path.join('.') || 'row'} ${issue.code}`).join(', ');
}
