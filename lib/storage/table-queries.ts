import * as z from 'zod';
import { StorageError } from './storage-error.ts';
import type { Column, StoredEntity, TableName } from './tables.ts';

export type Comparison = 'eq' | 'gt' | 'ge' | 'lt' | 'le';

/** A column compared with a value. A row without the column never matches. */
export interface Condition {
  readonly column: string;
  readonly is: Comparison;
  readonly value: Column;
}

/** Keys from `from` (included) to `below` (excluded), in code-unit order. */
export interface KeyRange {
  readonly from?: string;
  readonly below?: string;
}

export interface TableQuery {
  /** One partition, or a range of them. Absent: the whole table. */
  readonly partition?: string | KeyRange;
  readonly rows?: KeyRange;
  /** Every list must have a condition that matches. */
  readonly where?: readonly (readonly Condition[])[];
  /** 1 to 1000. */
  readonly limit: number;
  /** `next` of the page before, of the same query. */
  readonly after?: string | undefined;
}

export interface RowPage {
  readonly rows: readonly StoredEntity[];
  /** Opaque. Absent if there are no more rows. */
  readonly next?: string;
}

/**
 * Port: reads rows by their keys and columns, page by page. It is for people's questions; the pipeline
 * reads by key only. Adapter: `AzureTableQueries`.
 */
export interface TableQueries {
  /**
   * At most `limit` matching rows, by partition and row key. A page may have fewer rows, or none, and
   * still a `next`: the service ends a page after five seconds. Throws `invalid` for an `after` that is
   * no token.
   */
  page(table: TableName, query: TableQuery): Promise<RowPage>;
}

/** The keys of the row at which the next page begins, in the service's own encoding. */
const Position = z.strictObject({
  nextPartitionKey: z.string().min(1).max(2048),
  nextRowKey: z.string().max(2048).optional(),
});
type Position = z.infer<typeof Position>;

const LONGEST_TOKEN = 8192;

export function tokenOf(position: Position): string {
  return Buffer.from(JSON.stringify(position)).toString('base64url');
}

/** Throws `invalid` for text that `tokenOf` can't have made. */
export function positionOf(token: string): Position {
  if (token.length <= LONGEST_TOKEN && /^[\w-]+$/.test(token)) {
    try {
      const decoded = Buffer.from(token, 'base64url').toString('utf8');
      return Position.parse(JSON.parse(decoded));
    } catch {
      // Reported below, like every other text that is no token.
    }
  }
  throw new StorageError('invalid', 'the continuation token is malformed');
}
