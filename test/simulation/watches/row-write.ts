import { type Entity, TABLES, type TableName } from '../../../lib/storage/tables.ts';
import type { Task } from '../task.ts';

/** A write of a row that took effect. */
export interface RowWrite {
  readonly task: Task;
  readonly table: TableName;
  readonly before: Entity | undefined;
  readonly after: Entity;
  /** The ETag of the new row. */
  readonly etag: string;
  /** The ETag of the row that the write should replace. */
  readonly replaced: string | undefined;
}

/** Reports a violation of an invariant. */
export type Report = (fault: string) => void;

export function isJobRow({ table }: RowWrite): boolean {
  return table === TABLES.jobs;
}

export function isRunRow({ table }: RowWrite): boolean {
  return table === TABLES.runs;
}

export function isTargetRow({ table }: RowWrite): boolean {
  return table === TABLES.targets;
}

/** Returns a column's time in milliseconds, or undefined if it has none. */
export function timeOf(column: Entity[string] | undefined): number | undefined {
  return column instanceof Date ? column.getTime() : undefined;
}
