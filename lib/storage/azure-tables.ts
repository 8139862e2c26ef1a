import { odata, type TableClient, type TransactionAction } from '@azure/data-tables';
import pLimit from 'p-limit';
import { serviceFailure, storageErrorFrom } from './azure-failure.ts';
import { checkEntity, checkEtag, checkKey, checkKeys, checkTogether } from './entity-rules.ts';
import { OPERATION_LIMIT_MS, type StorageClients } from './storage-connection.ts';
import { StorageError } from './storage-error.ts';
import { fromTableEntity, toTableEntity } from './table-entity.ts';
import type { Entity, StoredEntity, TableName, Tables } from './tables.ts';

/**
 * Limits of an entity group transaction: 100 entities and 4 MiB, including the headers of the batch.
 * Source: "Performing entity group transactions" (REST reference).
 */
const MAX_BATCH_ENTITIES = 100;
const MAX_BATCH_BYTES = 3.5 * 1024 * 1024;
const BATCH_OVERHEAD_BYTES = 2 * 1024;
const PAGE_SIZE = 1000;
const PARALLEL_INSERTS = 8;

/**
 * Table Storage. If the SDK retries a write that had already taken effect, the write reports a lost
 * race. Callers then read the row again and find their own write.
 */
export class AzureTables implements Tables {
  readonly #connect: (table: TableName) => TableClient;
  readonly #clients = new Map<TableName, TableClient>();

  constructor(clients: Pick<StorageClients, 'table'>) {
    this.#connect = clients.table;
  }

  async get(
    table: TableName,
    partitionKey: string,
    rowKey: string,
  ): Promise<StoredEntity | undefined> {
    checkKeys(table, partitionKey, rowKey);
    try {
      const found = await this.#client(table).getEntity(partitionKey, rowKey, withLimit());
      return fromTableEntity(table, found);
    } catch (error) {
      if (is(error, 404, 'ResourceNotFound')) return undefined;
      throw storageErrorFrom(error, `reading ${table} (${partitionKey}, ${rowKey})`);
    }
  }

  async insert(table: TableName, entity: Entity): Promise<string | undefined> {
    checkEntity(table, entity);
    try {
      const written = await this.#client(table).createEntity(toTableEntity(entity), withLimit());
      return etagOf(table, written.etag);
    } catch (error) {
      if (is(error, 409, 'EntityAlreadyExists')) return undefined;
      throw storageErrorFrom(error, `inserting ${nameOf(table, entity)}`);
    }
  }

  async insertMissing(table: TableName, entities: readonly Entity[]): Promise<void> {
    for (const batch of batchesOf(table, entities)) await this.#insertBatch(table, batch);
  }

  async replace(table: TableName, entity: Entity, etag: string): Promise<string | undefined> {
    checkEntity(table, entity);
    checkEtag(table, etag);
    try {
      const options = { ...withLimit(), etag };
      const written = await this.#client(table).updateEntity(
        toTableEntity(entity),
        'Replace',
        options,
      );
      return etagOf(table, written.etag);
    } catch (error) {
      if (is(error, 412, 'UpdateConditionNotSatisfied')) return undefined;
      if (is(error, 404, 'ResourceNotFound')) return undefined;
      throw storageErrorFrom(error, `replacing ${nameOf(table, entity)}`);
    }
  }

  async writeTogether(
    table: TableName,
    first: { readonly entity: Entity; readonly etag: string | undefined },
    others: readonly Entity[],
  ): Promise<string | undefined> {
    const { entity, etag } = first;
    checkTogether(table, [entity, ...others]);
    if (etag !== undefined) checkEtag(table, etag);
    const actions: TransactionAction[] = [
      etag === undefined
        ? ['create', toTableEntity(entity)]
        : ['update', toTableEntity(entity), 'Replace', { etag }],
      ...others.map((one): TransactionAction => ['upsert', toTableEntity(one), 'Replace']),
    ];
    try {
      const written = await this.#client(table).submitTransaction(actions, withLimit());
      // In the order of the actions. The answer to a replacement does not name its row.
      return etagOf(table, written.subResponses[0]?.etag);
    } catch (error) {
      if (is(error, 409, 'EntityAlreadyExists')) return undefined;
      if (is(error, 412, 'UpdateConditionNotSatisfied')) return undefined;
      if (is(error, 404, 'ResourceNotFound')) return undefined;
      throw storageErrorFrom(error, `writing ${actions.length} rows to ${table}`);
    }
  }

  async delete(
    table: TableName,
    partitionKey: string,
    rowKey: string,
    etag: string,
  ): Promise<boolean> {
    checkKeys(table, partitionKey, rowKey);
    checkEtag(table, etag);
    try {
      await this.#client(table).deleteEntity(partitionKey, rowKey, { ...withLimit(), etag });
      return true;
    } catch (error) {
      if (is(error, 404, 'ResourceNotFound')) return true;
      if (is(error, 412, 'UpdateConditionNotSatisfied')) return false;
      throw storageErrorFrom(error, `deleting ${table} (${partitionKey}, ${rowKey})`);
    }
  }

  async *list(table: TableName, partitionKey: string): AsyncGenerator<StoredEntity> {
    checkKey(table, 'partition key', partitionKey);
    const filter = odata`PartitionKey eq ${partitionKey}`;
    let page: EntityPage | undefined;
    do {
      page = await this.#page(table, filter, page?.continuationToken);
      for (const found of page ?? []) yield fromTableEntity(table, found);
    } while (page?.continuationToken !== undefined);
  }

  async nextPartition(table: TableName, after: string): Promise<string | undefined> {
    checkKey(table, 'partition key', after);
    const filter = odata`PartitionKey gt ${after}`;
    try {
      const pages = this.#client(table)
        .listEntities({ ...withLimit(), queryOptions: { filter, select: ['PartitionKey'] } })
        .byPage({ maxPageSize: 1 });
      // The service may answer with an empty page and a continuation.
      for await (const [found] of pages) {
        if (found?.partitionKey !== undefined) return found.partitionKey;
      }
      return undefined;
    } catch (error) {
      throw storageErrorFrom(error, `listing ${table}`);
    }
  }

  /** Each page has its own time limit, because the reader of a list may be slow. */
  async #page(
    table: TableName,
    filter: string,
    continuationToken: string | undefined,
  ): Promise<EntityPage | undefined> {
    try {
      const pages = this.#client(table)
        .listEntities({ ...withLimit(), queryOptions: { filter } })
        .byPage({
          maxPageSize: PAGE_SIZE,
          ...(continuationToken === undefined ? {} : { continuationToken }),
        });
      const next = await pages.next();
      return next.done === true ? undefined : next.value;
    } catch (error) {
      throw storageErrorFrom(error, `listing ${table}`);
    }
  }

  async #insertBatch(table: TableName, batch: readonly Entity[]): Promise<void> {
    const actions = batch.map((entity): TransactionAction => ['create', toTableEntity(entity)]);
    try {
      await this.#client(table).submitTransaction(actions, withLimit());
    } catch (error) {
      if (!is(error, 409, 'EntityAlreadyExists')) {
        throw storageErrorFrom(error, `inserting ${batch.length} rows into ${table}`);
      }
      // A transaction fails as a whole if one of its rows exists, so insert the rows one by one.
      const limit = pLimit(PARALLEL_INSERTS);
      await Promise.all(batch.map((entity) => limit(() => this.insert(table, entity))));
    }
  }

  #client(table: TableName): TableClient {
    const client = this.#clients.get(table) ?? this.#connect(table);
    this.#clients.set(table, client);
    return client;
  }
}

interface EntityPage extends Iterable<Record<string, unknown>> {
  readonly continuationToken?: string;
}

/** Checks every entity before the first write. */
function batchesOf(table: TableName, entities: readonly Entity[]): readonly Entity[][] {
  const batches: Entity[][] = [];
  const seen = new Set<string>();
  let current: Entity[] = [];
  let bytes = 0;
  for (const entity of entities) {
    const size = checkEntity(table, entity) + BATCH_OVERHEAD_BYTES;
    if (entity.partitionKey !== entities[0]?.partitionKey) {
      throw new StorageError('invalid', `${table}: insertMissing over more than one partition`);
    }
    // A transaction may contain each row only once.
    if (seen.has(entity.rowKey)) continue;
    seen.add(entity.rowKey);
    const full = current.length === MAX_BATCH_ENTITIES || bytes + size > MAX_BATCH_BYTES;
    if (current.length === 0 || full) {
      current = [];
      bytes = 0;
      batches.push(current);
    }
    current.push(entity);
    bytes += size;
  }
  return batches;
}

function is(error: unknown, status: number, code: string): boolean {
  const failure = serviceFailure(error);
  return failure?.status === status && failure.code === code;
}

function etagOf(table: TableName, etag: string | undefined): string {
  if (etag === undefined)
    throw new StorageError('unexpected', `${table}: the response to a write has no ETag`);
  return etag;
}

function nameOf(table: TableName, entity: Entity): string {
  return `${table} (${entity.partitionKey}, ${entity.rowKey})`;
}

function withLimit(): { abortSignal: AbortSignal } {
  return { abortSignal: AbortSignal.timeout(OPERATION_LIMIT_MS) };
}
