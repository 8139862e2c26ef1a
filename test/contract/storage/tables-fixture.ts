import { randomUUID } from 'node:crypto';
import type { Column, Entity, StoredEntity, Tables } from '../../../lib/storage/tables.ts';
import { collect } from './collect.ts';

export interface TablesFixture {
  readonly tables: Tables;
  /** The same in an account without tables. */
  readonly unprovisioned: Tables;
}

export type MakeTables = () => Promise<TablesFixture>;

export const TABLE = 'PatchwrightJobs';

/** A partition that no other test uses. */
export function newPartition(): string {
  return `p-${randomUUID()}`;
}

export function newRow(columns: Record<string, Column> = {}): Entity {
  return { ...columns, partitionKey: newPartition(), rowKey: 'r' };
}

/** Inserts the row, which must not exist yet, and returns its ETag. */
export async function insert(tables: Tables, entity: Entity): Promise<string> {
  const etag = await tables.insert(TABLE, entity);
  if (etag === undefined) throw new Error('the row already exists');
  return etag;
}

export async function get(tables: Tables, entity: Entity): Promise<StoredEntity | undefined> {
  return await tables.get(TABLE, entity.partitionKey, entity.rowKey);
}

/** The row keys of a partition in listed order. */
export async function keysOf(tables: Tables, partitionKey: string): Promise<string[]> {
  const rows = await collect(tables.list(TABLE, partitionKey));
  return rows.map(({ entity }) => entity.rowKey);
}
