import { RepositoryName, Tag } from '../../lib/image/reference.ts';
import { STAGING_PREFIX } from '../../lib/policy/reserved-repositories.ts';
import { RegistryError } from '../../lib/registry/registry.ts';
import { CONTAINERS } from '../../lib/storage/blobs.ts';
import { QUEUES } from '../../lib/storage/queues.ts';
import { TABLES } from '../../lib/storage/tables.ts';
import type { PendingMessage } from '../fakes/memory-queues.ts';
import type { DrawnWorldFault } from './fault-plan.ts';
import type { World } from './world.ts';

/** Applies a fault between the calls, and counts it if it had an effect. */
export async function meetWorldFault(world: World, fault: DrawnWorldFault): Promise<void> {
  const happened = await unlessLocked(() => tryWorldFault(world, fault));
  if (happened !== true) return;
  world.coverage.fault(fault);
  world.note(() => `world  ← ${fault}`);
}

/** Returns false if there was nothing to which the fault applies. */
async function tryWorldFault(world: World, fault: DrawnWorldFault): Promise<boolean> {
  const random = world.random;
  const { queues, registry, blobs, tables } = world.backends;
  const messages = queues.pending();
  switch (fault) {
    case 'message-lost':
      return dropMessage(world, messages);
    case 'message-duplicated':
      if (messages.length > 0) queues.duplicate(random.pick(messages).id);
      return messages.length > 0;
    case 'message-late': {
      const [visible] = queues.visible();
      const taken = visible && queues.receive(visible.queue, { id: visible.id });
      return taken !== undefined && queues.release(taken, random.between(60, 3600));
    }
    case 'same-step-twice': {
      const held = [...world.tasks].map((task) => task.message).find((one) => one !== undefined);
      if (held === undefined || held.queue.endsWith('-poison')) return false;
      await queues.send(held.queue === QUEUES.jobs ? QUEUES.jobs : QUEUES.runs, held.body);
      return true;
    }
    case 'lease-stolen': {
      const leased = [...tables.all(TABLES.jobs), ...tables.all(TABLES.runs)].filter(
        ({ entity }) => entity.leaseUntil !== undefined,
      );
      if (leased.length === 0) return false;
      const { entity, etag } = random.pick(leased);
      const table = entity.partitionKey === 'run' ? TABLES.runs : TABLES.jobs;
      const { leaseUntil: _, ...free } = entity;
      await tables.replace(
        table,
        { ...free, partitionKey: entity.partitionKey, rowKey: entity.rowKey },
        etag,
      );
      if (table === TABLES.runs) {
        await queues.send(QUEUES.runs, { runId: entity.runId, wake: entity.wake });
      } else {
        const { partitionKey: runId, rowKey: jobId, wake } = entity;
        await queues.send(QUEUES.jobs, { runId, jobId, wake });
      }
      return true;
    }
    case 'clock-jump': {
      const instance = random.pick(world.instances);
      instance.skewMs = random.chance(0.5) ? 0 : random.between(-20 * 60, 20 * 60) * 1000;
      return true;
    }
    case 'source-moved': {
      const image = random.pick(world.scenario.images);
      const tag = Tag.parse(random.pick(image.tags));
      const kind = random.pick(['outdated', 'outdated-twice', 'clean'] as const);
      await world.images.push(RepositoryName.parse(image.repository), [tag], kind);
      return true;
    }
    case 'source-deleted':
      return world.images.remove(random.pick(world.scenario.images), random);
    case 'tag-locked': {
      const patch = world.observer.publishing.published.at(-1) ?? world.images.oldPatches.at(-1);
      const [repository = '', tag = ''] = patch?.tag.split(':') ?? [];
      if (patch === undefined) return false;
      const image = { repository: RepositoryName.parse(repository), tag: Tag.parse(tag) };
      if ((await registry.tag(image.repository, image.tag)) === undefined) return false;
      registry.setWritable(image.repository, image.tag, false);
      return true;
    }
    case 'staging-purged': {
      const staging = registry.repositories().filter((name) => name.startsWith(STAGING_PREFIX));
      if (staging.length === 0) return false;
      const repository = random.pick(staging);
      await registry.deleteManifest(repository, random.pick(registry.digests(repository)));
      return true;
    }
    case 'ci-numbers': {
      const image = random.pick(world.scenario.images);
      const tag = Tag.parse(`${random.pick(image.tags)}-${random.pick([1, 2, 42])}`);
      const repository = RepositoryName.parse(image.repository);
      if ((await registry.tag(repository, tag)) !== undefined) return false;
      await world.images.push(repository, [tag], 'clean');
      return true;
    }
    case 'policy-gone': {
      const names = blobs.names(CONTAINERS.reports).filter((name) => name.endsWith('policy.json'));
      const last = names.at(-1);
      if (last !== undefined) await blobs.delete(CONTAINERS.reports, last);
      return last !== undefined;
    }
    case 'database-gone':
      if (!world.database) return false;
      world.database = false;
      await world.images.removeDatabase();
      world.later(random.between(5, 90) * 60, 'database back', async () => {
        world.database = true;
        await world.images.pushDatabase(world.databaseAge);
      });
      return true;
    case 'malformed-message':
      await queues.send(random.pick([QUEUES.jobs, QUEUES.runs]), random.pick(HOSTILE_MESSAGES));
      return true;
    default:
      return fault satisfies never;
  }
}

/** Excludes the poison queues, because the invariants check their messages at the end. */
function dropMessage({ backends, random }: World, messages: readonly PendingMessage[]): boolean {
  const hints = messages.filter(({ queue }) => !queue.endsWith('-poison'));
  return hints.length > 0 && backends.queues.drop(random.pick(hints).id);
}

const HOSTILE_MESSAGES: readonly unknown[] = [
  null,
  { runId: '../../x', jobId: '__proto__', wake: 0 },
  { runId: '20261123T020000Z-0000', jobId: 'scan-x', wake: 1e99 },
  { runId: '20261123T020000Z-0000', wake: -1, __proto__: null },
  ['x'.repeat(1000)],
];

/** A user's change of a locked tag fails too. */
export async function unlessLocked<Result>(
  act: () => Promise<Result>,
): Promise<Result | undefined> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof RegistryError && error.code === 'locked') return undefined;
    throw error;
  }
}
