import type * as z from 'zod';
import type { TableName, Tables } from '../../../storage/tables.ts';
import {
  type RowKeys,
  type Stored as StoredRow,
  TypedTable,
} from '../../../storage/typed-table.ts';
import type { PassOver, Stored } from '../stored.ts';

/** Maps the records of one table to rows and back. */
export interface RowMapping<Row extends RowKeys, Record> {
  readonly table: TableName;
  readonly schema: z.ZodType<Row>;
  readonly toRow: (record: Record) => Row;
  readonly fromRow: (row: Row) => Record;
}

/** A table of records. A record's version is the row's ETag and not a column. */
export class RecordTable<Row extends RowKeys, Record extends object> {
  readonly #rows: TypedTable<Row>;
  readonly #mapping: RowMapping<Row, Record>;

  constructor(tables: Tables, mapping: RowMapping<Row, Record>) {
    this.#rows = new TypedTable({ tables, table: mapping.table, schema: mapping.schema });
    this.#mapping = mapping;
  }

  async find(keys: RowKeys): Promise<Stored<Record> | undefined> {
    const stored = await this.#rows.get(keys.partitionKey, keys.rowKey);
    return stored === undefined ? undefined : this.#stored(stored);
  }

  /** Returns undefined if a record with these keys exists. */
  async insert(record: Record): Promise<Stored<Record> | undefined> {
    const stored = await this.#rows.insert(this.#mapping.toRow(record));
    return stored === undefined ? undefined : { ...record, version: stored.etag };
  }

  /** Inserts any number of records of one partition, except those that exist. */
  async insertMissing(records: readonly Record[]): Promise<void> {
    await this.#rows.insertMissing(records.map((record) => this.#mapping.toRow(record)));
  }

  /** Clears columns that change to undefined. Returns undefined if another writer was first. */
  async update(
    record: Stored<Record>,
    changes: Partial<Record>,
  ): Promise<Stored<Record> | undefined> {
    return this.replace(record, { ...record, ...changes });
  }

  /** Like `update`, but with a whole record: clears the columns that it lacks. */
  async replace(known: Stored<Record>, record: Record): Promise<Stored<Record> | undefined> {
    const stored = await this.#rows.replace(this.#mapping.toRow(record), known.version);
    return stored === undefined ? undefined : { ...record, version: stored.etag };
  }

  /** Returns false if the record was changed since; true if it is gone. */
  delete(known: Stored<Record>): Promise<boolean> {
    return this.#rows.delete(this.#mapping.toRow(known), known.version);
  }

  async *list(partitionKey: string): AsyncGenerator<Stored<Record>> {
    for await (const stored of this.#rows.list(partitionKey)) yield this.#stored(stored);
  }

  async *listReadable(partitionKey: string, passOver: PassOver): AsyncGenerator<Stored<Record>> {
    for await (const stored of this.#rows.listReadable(partitionKey, passOver)) {
      yield this.#stored(stored);
    }
  }

  #stored({ row, etag }: StoredRow<Row>): Stored<Record> {
    return { ...this.#mapping.fromRow(row), version: etag };
  }
}
