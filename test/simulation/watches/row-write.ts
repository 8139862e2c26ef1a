import { type Entity, TABLES, type TableName } from '../../../lib/storage/tables.ts';
import type { Task } from '../task.ts';

/** A write of a row that took effect. */
export interface RowWrite {
  readonly task: Task;
  readonly table: TableName;
  readonly before: Entity | undefined;
  readonly after: Entity;
  /** Of the row as it is now. */
  readonly etag: string;
  /** Of the row that it was to take the place of. */
  readonly replaced: string | undefined;
}

/** Says that a promise was broken. */
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

/** Milliseconds of a column with a time; undefined where it has none. */
export function timeOf(column: Entity[string] | undefined): number | undefined {
  return column instanceof Date ? column.getTime() : undefined;
}
