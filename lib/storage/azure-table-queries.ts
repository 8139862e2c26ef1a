import type { TableClient } from '@azure/data-tables';
import { storageErrorFrom } from './azure-failure.ts';
import { OPERATION_LIMIT_MS, type StorageClients } from './storage-connection.ts';
import { fromTableEntity } from './table-entity.ts';
import {
  type Condition,
  type KeyRange,
  positionOf,
  type RowPage,
  type TableQueries,
  type TableQuery,
  tokenOf,
} from './table-queries.ts';
import type { Column, TableName } from './tables.ts';

/** Queries of Table Storage. Each page is one operation. */
export class AzureTableQueries implements TableQueries {
  readonly #connect: (table: TableName) => TableClient;
  readonly #clients = new Map<TableName, TableClient>();

  constructor(clients: Pick<StorageClients, 'table'>) {
    this.#connect = clients.table;
  }

  async page(table: TableName, query: TableQuery): Promise<RowPage> {
    const filter = filterOf(query);
    const after = query.after === undefined ? undefined : sdkToken(query.after);
    try {
      const pages = this.#client(table)
        .listEntities({
          abortSignal: AbortSignal.timeout(OPERATION_LIMIT_MS),
          ...(filter !== '' && { queryOptions: { filter } }),
        })
        .byPage({
          maxPageSize: query.limit,
          ...(after !== undefined && { continuationToken: after }),
        });
      const page = await pages.next();
      if (page.done === true) return { rows: [] };
      const rows = page.value.map((found) => fromTableEntity(table, found));
      const next = page.value.continuationToken;
      return { rows, ...(next !== undefined && { next: ownToken(next) }) };
    } catch (error) {
      throw storageErrorFrom(error, `querying ${table}`);
    }
  }

  #client(table: TableName): TableClient {
    const client = this.#clients.get(table) ?? this.#connect(table);
    this.#clients.set(table, client);
    return client;
  }
}

function filterOf({ partition, rows, where = [] }: TableQuery): string {
  const keys =
    typeof partition === 'string'
      ? [`PartitionKey eq ${literal(partition)}`]
      : rangeOf('PartitionKey', partition);
  const columns = where.map((any) => `(${any.map(conditionOf).join(' or ')})`);
  return [...keys, ...rangeOf('RowKey', rows), ...columns].join(' and ');
}

function rangeOf(column: 'PartitionKey' | 'RowKey', range: KeyRange = {}): string[] {
  const { from, below } = range;
  return [
    ...(from === undefined ? [] : [`${column} ge ${literal(from)}`]),
    ...(below === undefined ? [] : [`${column} lt ${literal(below)}`]),
  ];
}

/** Column names come from the code, values may come from people. */
function conditionOf({ column, is, value }: Condition): string {
  return `${column} ${is} ${literal(value)}`;
}

/** Source: "Querying tables and entities" (REST reference). */
function literal(value: Column): string {
  if (typeof value === 'string') return `'${value.replaceAll("'", "''")}'`;
  return value instanceof Date ? `datetime'${value.toISOString()}'` : String(value);
}

/** The SDK's token is the same JSON in base64 that is not safe in a URL. */
function sdkToken(token: string): string {
  return Buffer.from(JSON.stringify(positionOf(token))).toString('base64');
}

function ownToken(token: string): string {
  const position = Buffer.from(token, 'base64').toString('base64url');
  return tokenOf(positionOf(position));
}
