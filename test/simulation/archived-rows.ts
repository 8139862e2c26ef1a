import { gunzipSync } from 'node:zlib';
import * as z from 'zod';
import { type Entity, TABLES, type TableName } from '../../lib/storage/tables.ts';
import type { Backends } from './gates/gate.ts';

const CONTAINER = 'patchwright-archive';
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
/** Columns that a run gets once its archive exists. */
const LATER_COLUMNS = ['archive', 'archiveNextAt'];

const Column = z.union([
  z
    .string()
    .regex(TIME)
    .transform((time) => new Date(time)),
  z.string(),
  z.number(),
  z.boolean(),
]);
const Line = z.intersection(
  z.object({ table: z.enum(TABLES), PartitionKey: z.string(), RowKey: z.string() }),
  z.record(z.string(), Column),
);

interface ArchivedRow {
  readonly table: TableName;
  readonly entity: Entity;
}

/** A row of a run is deleted only once its archive holds it, with every column. */
export async function archiveFaults(
  backends: Backends,
  table: TableName,
  row: Entity,
): Promise<readonly string[]> {
  const runId = runIdIn(table, row);
  if (runId === undefined) return [];
  const rows = await rowsIn(backends, `runs/${runId}.jsonl.gz`);
  const kept = rows.find((one) => one.table === table && isSameRow(one.entity, row));
  const name = `${table} ${row.partitionKey} ${row.rowKey}`;
  if (kept === undefined) return [`${name} was deleted, and is not in the archive of its run`];
  const { entity } = kept;
  const lost = Object.keys(row)
    .filter((column) => !LATER_COLUMNS.includes(column))
    .filter((column) => String(entity[column]) !== String(row[column]));
  return lost.length === 0 ? [] : [`${name} was deleted, and its archive lacks ${lost.join(', ')}`];
}

/** Inserts the archived rows that are gone, for the checks at the end. */
export async function restoreArchived(backends: Backends): Promise<void> {
  for (const name of backends.blobs.names(CONTAINER)) {
    for (const { table, entity } of await rowsIn(backends, name)) {
      await backends.tables.insertMissing(table, [entity]);
    }
  }
}

function runIdIn(table: TableName, row: Entity): string | undefined {
  if (table === TABLES.runs) return String(row.runId);
  if (table === TABLES.targets || table === TABLES.jobs) return row.partitionKey;
  const isOfRun = ['telling', 'cancel'].includes(row.partitionKey);
  return table === TABLES.state && isOfRun ? row.rowKey : undefined;
}

function isSameRow(one: Entity, other: Entity): boolean {
  return one.partitionKey === other.partitionKey && one.rowKey === other.rowKey;
}

async function rowsIn({ blobs }: Backends, name: string): Promise<readonly ArchivedRow[]> {
  const blob = await blobs.read(CONTAINER, name, 1e9);
  if (!blob.found) return [];
  const lines = gunzipSync(blob.bytes).toString().trimEnd().split('\n');
  return lines.map((line) => {
    const { table, PartitionKey, RowKey, ...columns } = Line.parse(JSON.parse(line));
    const entity = { ...columns, partitionKey: String(PartitionKey), rowKey: String(RowKey) };
    return { table: z.enum(TABLES).parse(table), entity };
  });
}
