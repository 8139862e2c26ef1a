import * as z from 'zod';
import type { Entity, TableName } from '../../storage/tables.ts';
import { RunId } from './run-id.ts';

/** An archive whose run's rows may be deleted: it was read back, and has all of them. */
export const RunArchive = z.object({
  runId: RunId,
  /** In the container `patchwright-archive`. */
  blob: z.string(),
  /** SHA-256 of the blob, which is compressed. */
  sha256: z.string(),
  bytes: z.number().int().nonnegative(),
  rows: z.number().int().nonnegative(),
  archivedAt: z.date(),
});
export type RunArchive = z.infer<typeof RunArchive>;

/** The archive of a run in the container `patchwright-archive`. */
export function archiveName(runId: RunId): string {
  return `runs/${runId}.jsonl.gz`;
}

/**
 * A row as one line of JSON, with the keys as `az` prints them. The same row always gives the same line.
 * Times are text in UTC.
 */
export function archiveLine(table: TableName, entity: Entity): string {
  const { partitionKey: PartitionKey, rowKey: RowKey, ...columns } = entity;
  const sorted = Object.entries(columns).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify({ table, PartitionKey, RowKey, ...Object.fromEntries(sorted) });
}
