import type * as z from 'zod';
import { withoutFormula } from '../text/formula.ts';
import { StorageError } from './storage-error.ts';
import { isColumn } from './table-entity.ts';
import {
  type Column,
  type Entity,
  SCHEMA_VERSION,
  type StoredEntity,
  type TableName,
  type Tables,
} from './tables.ts';

export interface RowKeys {
  readonly partitionKey: string;
  readonly rowKey: string;
}

/** A row and the ETag that the next write must name. */
export interface Stored<Row> {
  readonly row: Row;
  readonly etag: string;
}

/**
 * One table with a schema for its rows. The schema decodes rows when read and encodes them when
 * written, so a column may be a codec (a list kept as JSON, for example). A lost race is a return
 * value, as in `Tables`. Text that a spreadsheet takes for a formula is marked. A row that does not match the schema is a `StorageError` that names keys and
 * columns only.
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

  /** Returns the stored row; undefined if a row with its keys exists. */
  async insert(row: Row): Promise<Stored<Row> | undefined> {
    const etag = await this.#tables.insert(this.#table, this.#encode(row));
    return etag === undefined ? undefined : { row, etag };
  }

  /** Inserts the rows that are absent and leaves the others unchanged. All must share one partition. */
  async insertMissing(rows: readonly Row[]): Promise<void> {
    await this.#tables.insertMissing(
      this.#table,
      rows.map((row) => this.#encode(row)),
    );
  }

  /** Returns the stored row; undefined if it was changed or deleted since. */
  async replace(row: Row, etag: string): Promise<Stored<Row> | undefined> {
    const next = await this.#tables.replace(this.#table, this.#encode(row), etag);
    return next === undefined ? undefined : { row, etag: next };
  }

  /** Encodes a row, for a transaction with rows of other schemas. */
  encode(row: Row): Entity {
    return this.#encode(row);
  }

  /**
   * Returns false if the row was changed since; true if it is gone, even if another caller deleted it.
   */
  async delete(keys: RowKeys, etag: string): Promise<boolean> {
    return await this.#tables.delete(this.#table, keys.partitionKey, keys.rowKey, etag);
  }

  /** The rows of one partition in row-key order. */
  async *list(partitionKey: string): AsyncGenerator<Stored<Row>> {
    for await (const stored of this.#tables.list(this.#table, partitionKey)) {
      yield this.#decode(stored);
    }
  }

  /** Like `list`, but skips rows that do not match the schema and reports each to `passOver`. */
  async *listReadable(
    partitionKey: string,
    passOver: (error: StorageError) => void,
  ): AsyncGenerator<Stored<Row>> {
    for await (const stored of this.#tables.list(this.#table, partitionKey)) {
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
      const { schemaVersion: _, ...columns } = entity;
      return this.#schema.safeDecode(columns);
    } catch {
      // A codec threw. Its error is dropped, because JSON.parse quotes its input.
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
      columns[name] = typeof value === 'string' ? withoutFormula(value) : value;
    }
    const { partitionKey, rowKey } = row;
    return { ...columns, schemaVersion: SCHEMA_VERSION, partitionKey, rowKey };
  }

  #where(keys: RowKeys): string {
    return `${this.#table} (${keys.partitionKey}, ${keys.rowKey})`;
  }
}

/** Names columns and kinds of fault only, because zod's messages may quote values. */
function faultsOf(error: z.core.$ZodError): string {
  return error.issues.map((issue) => `${issue.path.join('.') || 'row'} ${issue.code}`).join(', ');
}
