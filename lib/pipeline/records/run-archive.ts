import type { Entity, TableName } from '../../storage/tables.ts';
import type { RunId } from './run-id.ts';

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
