import { typedTables } from '../../lib/app.ts';
import {
  type ContainerGroups,
  ContainerGroupsError,
  type GroupAnswer,
  type GroupName,
  type GroupSpec,
  type GroupStatus,
} from '../../lib/containers/container-groups.ts';
import type { Digest } from '../../lib/image/digest.ts';
import { RepositoryName, Tag } from '../../lib/image/reference.ts';
import type { Log } from '../../lib/log.ts';
import type { PipelineOptions, Services } from '../../lib/pipeline/services.ts';
import { STAGING_PREFIX } from '../../lib/policy/reserved-repositories.ts';
import { isDigest } from '../../lib/registry/manifests.ts';
import { type Registry, RegistryError, type TokenScope } from '../../lib/registry/registry.ts';
import type { Blobs, ContainerName } from '../../lib/storage/blobs.ts';
import type { QueueName, Queues } from '../../lib/storage/queues.ts';
import { StorageError } from '../../lib/storage/storage-error.ts';
import {
  type Entity,
  type StoredEntity,
  TABLES,
  type TableName,
  type Tables,
} from '../../lib/storage/tables.ts';
import type { MemoryBlobs } from '../fakes/memory-blobs.ts';
import type { MemoryContainerGroups } from '../fakes/memory-container-groups.ts';
import type { MemoryQueues } from '../fakes/memory-queues.ts';
import type { MemoryRegistry } from '../fakes/memory-registry.ts';
import type { MemoryTables } from '../fakes/memory-tables.ts';
import type { Observer } from './observer.ts';
import type { Outcome, PortCall, PortName } from './port-call.ts';
import type { Task } from './task.ts';

const RETRY_AFTER_SECONDS = 17;

export interface Backends {
  readonly tables: MemoryTables;
  readonly queues: MemoryQueues;
  readonly blobs: MemoryBlobs;
  readonly registry: MemoryRegistry;
  readonly groups: MemoryContainerGroups;
}

export interface Gate {
  readonly backends: Backends;
  readonly observer: Observer;
  readonly options: PipelineOptions;
  /** The time as this task's instance has it. */
  now(task: Task): Date;
  pass<Result>(task: Task, call: PortCall<Result>): Promise<Result>;
  /** Somebody else's push of a tag. */
  pushOther(repository: RepositoryName, tag: Tag): Promise<void>;
}

/** The services of one invocation: every call of a port waits until the scheduler lets it happen. */
export function gatedServices(gate: Gate, task: Task): Services {
  return {
    clock: { now: () => gate.now(task) },
    log: logOf(gate),
    registry: gatedRegistry(gate, task),
    groups: gatedGroups(gate, task),
    queues: gatedQueues(gate, task),
    blobs: gatedBlobs(gate, task),
    ...typedTables(gatedTables(gate, task)),
    options: gate.options,
  };
}

function logOf({ observer }: Gate): Log {
  const line = (level: string) => (message: string, fields?: object) =>
    observer.text('log', `${level} ${message} ${JSON.stringify(fields ?? {})}`);
  return { info: line('info'), warn: line('warn'), error: line('error') };
}

/** Errors as the adapters of storage throw them. */
function storageFailure(label: string): (how: 'unavailable' | 'throttled') => Outcome<never> {
  return (how) => ({ error: new StorageError(how, `${label}: simulated`) });
}

function registryFailure(label: string): (how: 'unavailable' | 'throttled') => Outcome<never> {
  return (how) => {
    const wait = how === 'throttled' ? { retryAfterSeconds: RETRY_AFTER_SECONDS } : {};
    return { error: new RegistryError(how, `${label}: simulated`, wait) };
  };
}

function groupsFailure(label: string): (how: 'unavailable' | 'throttled') => Outcome<never> {
  return (how) => {
    const wait = how === 'throttled' ? { retryAfterSeconds: RETRY_AFTER_SECONDS } : {};
    return { error: new ContainerGroupsError(how, `${label}: simulated`, wait) };
  };
}

function refused(how: 'unavailable' | 'throttled'): Outcome<GroupAnswer> {
  const wait = how === 'throttled' ? { retryAfterSeconds: RETRY_AFTER_SECONDS } : {};
  return { value: { ok: false, refusal: how, detail: 'simulated', ...wait } };
}

function gatedTables(gate: Gate, task: Task): Tables {
  const { tables } = gate.backends;
  const call = (method: string, table: TableName, key: string, writes: boolean) => {
    const label = `${table} ${key}`;
    return { port: 'tables' as PortName, method, label, writes, failed: storageFailure(label) };
  };
  /** Its content stays as it is, and its ETag does not: somebody edited a column of their own. */
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
          if (etag !== undefined) gate.observer.row(task, table, undefined, entity);
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
          if (next !== undefined) gate.observer.row(task, table, before?.entity, entity);
          return next;
        },
        disturb: () => touch(table, entity.partitionKey, entity.rowKey),
        ownWriteLost: { value: undefined },
        ...(table === TABLES.targets &&
          entity.state === 'publishing' &&
          entity.patchTag !== undefined && {
            otherPush: () =>
              gate.pushOther(RepositoryName.parse(entity.repository), Tag.parse(entity.patchTag)),
          }),
      }),
    delete: (table, partitionKey, rowKey, etag) =>
      gate.pass(task, {
        ...call('delete', table, rowKey, true),
        perform: () => tables.delete(table, partitionKey, rowKey, etag),
      }),
    async *list(table, partitionKey, options) {
      const all = await gate.pass(task, {
        ...call('list', table, partitionKey, false),
        perform: () => collected(tables.list(table, partitionKey, options)),
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
  for (const entity of missing) observer.row(task, table, undefined, entity);
}

function stateOf(entity: Entity): string {
  return typeof entity.state === 'string' ? entity.state : '';
}

async function collected(list: AsyncIterable<StoredEntity>): Promise<readonly StoredEntity[]> {
  const all: StoredEntity[] = [];
  for await (const item of list) all.push(item);
  return all;
}

function gatedQueues(gate: Gate, task: Task): Queues {
  const { queues } = gate.backends;
  return {
    send: (queue: QueueName, message, options) =>
      gate.pass(task, {
        port: 'queues',
        method: 'send',
        label: `${queue} ${JSON.stringify(message)}`,
        writes: true,
        failed: storageFailure(queue),
        perform: async () => {
          gate.observer.message(queue, message);
          await queues.send(queue, message, options);
        },
      }),
  };
}

function gatedBlobs(gate: Gate, task: Task): Blobs {
  const { blobs } = gate.backends;
  const call = (method: string, container: ContainerName, name: string, writes: boolean) => {
    const label = `${container}/${name}`;
    return { port: 'blobs' as PortName, method, label, writes, failed: storageFailure(label) };
  };
  return {
    read: (container, name, maxBytes) =>
      gate.pass(task, {
        ...call('read', container, name, false),
        perform: () => blobs.read(container, name, maxBytes),
      }),
    create: (container, name, bytes, contentType) =>
      gate.pass(task, {
        ...call('create', container, name, true),
        perform: async () => {
          gate.observer.text('blob', `${name} ${Buffer.from(bytes).toString('utf8')}`);
          return blobs.create(container, name, bytes, contentType);
        },
        ownWriteLost: { value: 'exists' },
      }),
    createOnlyUrl: (container, name, expiresAt) =>
      gate.pass(task, {
        ...call('createOnlyUrl', container, name, false),
        perform: () => blobs.createOnlyUrl(container, name, expiresAt),
      }),
    delete: (container, name) =>
      gate.pass(task, {
        ...call('delete', container, name, true),
        perform: () => blobs.delete(container, name),
      }),
  };
}

function gatedGroups(gate: Gate, task: Task): ContainerGroups {
  const { groups } = gate.backends;
  const call = (method: string, label: string, writes: boolean) => ({
    port: 'groups' as PortName,
    method,
    label,
    writes,
  });
  return {
    get: (name) =>
      gate.pass(task, {
        ...call('get', name, false),
        failed: groupsFailure(name),
        perform: () => groups.get(name),
      }),
    create: (spec: GroupSpec) =>
      gate.pass(task, {
        ...call('create', spec.name, true),
        failed: refused,
        perform: async () => {
          gate.observer.groupPut(spec);
          return groups.create(spec);
        },
      }),
    delete: (name: GroupName) =>
      gate.pass(task, {
        ...call('delete', name, true),
        failed: refused,
        perform: async () => {
          gate.observer.groupDeleted(name);
          const answer = await groups.delete(name);
          // Azure's own quota on deletions: what is left is for the next round.
          if (!answer.ok) task.faults += 1;
          return answer;
        },
      }),
    async *list() {
      const all = await gate.pass(task, {
        ...call('list', '', false),
        failed: groupsFailure('list'),
        perform: async () => {
          const found: GroupStatus[] = [];
          for await (const group of groups.list()) found.push(group);
          return found;
        },
      });
      yield* all;
    },
    logs: (name) =>
      gate.pass(task, {
        ...call('logs', name, false),
        failed: groupsFailure(name),
        perform: () => groups.logs(name),
      }),
  };
}

function gatedRegistry(gate: Gate, task: Task): Registry {
  const { registry } = gate.backends;
  const pass = <Result>(
    method: string,
    label: string,
    writes: boolean,
    perform: () => Promise<Result>,
    more: Partial<PortCall<Result>> = {},
  ): Promise<Result> =>
    gate.pass(task, {
      port: 'registry',
      method,
      label,
      writes,
      failed: registryFailure(label),
      perform,
      ...more,
    });
  return {
    host: registry.host,
    listTags: (repository, options) =>
      pass('listTags', `${repository} ${options?.after ?? ''}`, false, () =>
        registry.listTags(repository, options),
      ),
    tag: (repository, tag) =>
      pass('tag', `${repository}:${tag}`, false, async () => {
        const found = await registry.tag(repository, tag);
        task.tagsRead.set(`${repository}:${tag}`, found?.digest);
        return found;
      }),
    manifest: (repository, reference) =>
      pass('manifest', `${repository} ${reference}`, false, () =>
        registry.manifest(repository, reference),
      ),
    putManifest: (repository, reference, manifest) => {
      const tag: Tag | undefined = isTag(reference) ? reference : undefined;
      const final = tag !== undefined && !repository.startsWith(STAGING_PREFIX);
      return pass(
        'putManifest',
        `${repository} ${reference}`,
        true,
        async () => {
          const put = { task, repository, reference, bytes: manifest.bytes };
          await gate.observer.beforePut(put);
          const digest = await registry.putManifest(repository, reference, manifest);
          gate.observer.afterPut(put);
          return digest;
        },
        final ? { otherPush: () => gate.pushOther(repository, tag) } : {},
      );
    },
    deleteManifest: (repository, digest) =>
      pass('deleteManifest', `${repository} ${digest}`, true, async () => {
        gate.observer.manifestDeleted(repository, digest);
        await registry.deleteManifest(repository, digest);
      }),
    hasBlob: (repository, digest) =>
      pass('hasBlob', `${repository} ${digest}`, false, () => registry.hasBlob(repository, digest)),
    blob: (repository, digest, maxBytes) =>
      pass('blob', `${repository} ${digest}`, false, () =>
        registry.blob(repository, digest, maxBytes),
      ),
    openBlob: (repository, digest) =>
      pass('openBlob', `${repository} ${digest}`, false, () =>
        registry.openBlob(repository, digest),
      ),
    putBlob: (repository, digest, bytes) =>
      pass('putBlob', `${repository} ${digest}`, true, () =>
        registry.putBlob(repository, digest, bytes),
      ),
    shareBlob: (options) =>
      pass(
        'shareBlob',
        `${options.from} ${options.to} ${options.digest}`,
        true,
        () => registry.shareBlob(options),
        { mountLost: { value: 'mounted' } },
      ),
    referrers: (repository, digest) =>
      pass('referrers', `${repository} ${digest}`, false, () =>
        registry.referrers(repository, digest),
      ),
    mintToken: (scopes: readonly TokenScope[]) =>
      pass('mintToken', scopes.map(({ repository }) => repository).join(' '), false, () =>
        registry.mintToken(scopes),
      ),
  };
}

function isTag(reference: Tag | Digest): reference is Tag {
  return !isDigest(reference);
}
