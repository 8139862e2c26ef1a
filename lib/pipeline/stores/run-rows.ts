import type { Entity, TableName } from '../../storage/tables.ts';
import type { RunId } from '../records/run-id.ts';

/** A row as it is stored, with columns that this code does not know. */
export interface RunRow {
  readonly table: TableName;
  readonly entity: Entity;
  readonly version: string;
}

/** Port: all rows that belong to one run alone. Adapter: `TableRunRows`. */
export interface RunRows {
  /** The run's own row, as it is stored. */
  own(runId: RunId): Promise<RunRow | undefined>;
  /** Its targets, its jobs, its request to cancel, and what was told of it. */
  others(runId: RunId): AsyncIterable<RunRow>;
  /** Returns false if the row was changed since; true if it is gone. */
  delete(row: RunRow): Promise<boolean>;
}
