import { RepositoryName, Tag } from '../../../lib/image/reference.ts';
import {
  type Entity,
  type StoredEntity,
  TABLES,
  type TableName,
  type Tables,
} from '../../../lib/storage/tables.ts';
import { archiveFaults } from '../archived-rows.ts';
import type { Effect, PortName } from '../port-call.ts';
import type { Task } from '../task.ts';
import { storageFailure } from './failed-calls.ts';
import type { Gate } from './gate.ts';

export function gatedTables(gate: Gate, task: Task): Tables {
  const { tables } = gate.backends;
  const call = (method: string, table: TableName, key: string, writes: boolean) => {
    const label = `${table} ${key}`;
    const effect: Effect | undefined =
      writes && table === TABLES.targets ? 'conditional' : undefined;
    const failed = storageFailure(label);
    return { port: 'tables' as PortName, method, label, writes, effect, failed };
  };
  /** Changes only the ETag, as an edit of an additional column by others would. */
  const touch = async (table: TableName, partitionKey: string, rowKey: string) => {
    const stored = await tables.get(table, partitionKey, rowKey);
    if (stored !== undefined) await tables.replace(table, stored.entity, stored.etag);
  };
  return {
    get: (table, partitionKey, rowKey) =>
      gate.pass(task, {
        ...call('get', table, rowKey, false),
        perform: () => tables.get(table, partitionKey, rowKey),
      }),
    insert: (table, entity) =>
      gate.pass(task, {
        ...call('insert', table, entity.rowKey, true),
        perform: async () => {
          const etag = await tables.insert(table, entity);
          const write = { task, table, before: undefined, after: entity, replaced: undefined };
          if (etag !== undefined) gate.observer.row({ ...write, etag });
          return etag;
        },
        ownWriteLost: { value: undefined },
      }),
    insertMissing: (table, entities) =>
      gate.pass(task, {
        ...call('insertMissing', table, `${entities.length} rows`, true),
        perform: () => insertMissing(gate, task, table, entities),
      }),
    replace: (table, entity, etag) =>
      gate.pass(task, {
        ...call('replace', table, `${entity.rowKey} ${stateOf(entity)}`, true),
        perform: async () => {
          const before = await tables.get(table, entity.partitionKey, entity.rowKey);
          const next = await tables.replace(table, entity, etag);
          const write = { task, table, before: before?.entity, after: entity, replaced: etag };
          if (next !== undefined) gate.observer.row({ ...write, etag: next });
          return next;
        },
        disturb: () => touch(table, entity.partitionKey, entity.rowKey),
        ownWriteLost: { value: undefined },
        ...(table === TABLES.targets &&
          entity.state === 'publishing' &&
          entity.patchTag !== '' && {
            intentOf: entity.partitionKey,
            otherPush: () =>
              gate.pushOther(RepositoryName.parse(entity.repository), Tag.parse(entity.patchTag)),
          }),
      }),
    writeTogether: (table, first, others) =>
      gate.pass(task, {
        ...call('writeTogether', table, `${first.entity.rowKey} and ${others.length} more`, true),
        perform: () => writeTogether(gate, task, table, { first, others }),
        disturb: () => touch(table, first.entity.partitionKey, first.entity.rowKey),
        ownWriteLost: { value: undefined },
      }),
    nextPartition: (table, after) =>
      gate.pass(task, {
        ...call('nextPartition', table, after, false),
        perform: () => tables.nextPartition(table, after),
      }),
    delete: (table, partitionKey, rowKey, etag) =>
      gate.pass(task, {
        ...call('delete', table, rowKey, true),
        perform: async () => {
          const stored = await tables.get(table, partitionKey, rowKey);
          const gone = await tables.delete(table, partitionKey, rowKey, etag);
          if (gone && stored !== undefined) {
            gate.observer.deleted(await archiveFaults(gate.backends, table, stored.entity));
          }
          return gone;
        },
      }),
    async *list(table, partitionKey) {
      const all = await gate.pass(task, {
        ...call('list', table, partitionKey, false),
        perform: () => collected(tables.list(table, partitionKey)),
      });
      yield* all;
    },
  };
}

async function insertMissing(
  { backends: { tables }, observer }: Gate,
  task: Task,
  table: TableName,
  entities: readonly Entity[],
): Promise<void> {
  const missing: Entity[] = [];
  for (const entity of entities) {
    const there = await tables.get(table, entity.partitionKey, entity.rowKey);
    if (there === undefined) missing.push(entity);
  }
  await tables.insertMissing(table, entities);
  for (const after of missing) {
    const { partitionKey, rowKey } = after;
    const etag = (await tables.get(table, partitionKey, rowKey))?.etag ?? '';
    observer.row({ task, table, before: undefined, after, etag, replaced: undefined });
  }
}

async function writeTogether(
  { backends: { tables }, observer }: Gate,
  task: Task,
  table: TableName,
  rows: {
    readonly first: { readonly entity: Entity; readonly etag: string | undefined };
    readonly others: readonly Entity[];
  },
): Promise<string | undefined> {
  const { first, others } = rows;
  const before = new Map<Entity, Entity | undefined>();
  for (const entity of [first.entity, ...others]) {
    const stored = await tables.get(table, entity.partitionKey, entity.rowKey);
    before.set(entity, stored?.entity);
  }
  const next = await tables.writeTogether(table, first, others);
  if (next === undefined) return undefined;
  for (const [after, earlier] of before) {
    const { partitionKey, rowKey } = after;
    const etag = (await tables.get(table, partitionKey, rowKey))?.etag ?? '';
    const replaced = after === first.entity ? first.etag : undefined;
    observer.row({ task, table, before: earlier, after, etag, replaced });
  }
  return next;
}

function stateOf(entity: Entity): string {
  return typeof entity.state === 'string' ? entity.state : '';
}

async function collected(list: AsyncIterable<StoredEntity>): Promise<readonly StoredEntity[]> {
  const all: StoredEntity[] = [];
  for await (const item of list) all.push(item);
  return all;
}
