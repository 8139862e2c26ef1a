import type { Blobs, ContainerName } from '../../../lib/storage/blobs.ts';
import type { Effect, PortName } from '../port-call.ts';
import type { Task } from '../task.ts';
import { storageFailure } from './failed-calls.ts';
import type { Gate } from './gate.ts';

/**
 * Blobs that need no lease: every step uses the policy, or the listing of a repository's tags, that was
 * stored first. A step that finds no listing, because a stalled one has deleted it, lists the tags anew.
 * A job file is named by its content, so it overwrites no other. The first archive of a run is its only one.
 */
const ONE_FOR_ALL = /\/(policy|tags-\d+)\.json$|\/job-[a-f0-9]+\.sealed$|\.jsonl\.gz$/;

export function gatedBlobs(gate: Gate, task: Task): Blobs {
  const { blobs } = gate.backends;
  const call = (method: string, container: ContainerName, name: string, writes: boolean) => {
    const label = `${container}/${name}`;
    const kept: Effect = ONE_FOR_ALL.test(name) ? 'conditional' : 'leased';
    const effect = writes ? kept : undefined;
    const failed = storageFailure(label);
    return { port: 'blobs' as PortName, method, label, writes, effect, failed };
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
          gate.observer.blob(name, bytes);
          return blobs.create(container, name, bytes, contentType);
        },
        ownWriteLost: { value: 'exists' },
      }),
    createOnlyUrl: (container, name, expiresAt) =>
      gate.pass(task, {
        ...call('createOnlyUrl', container, name, false),
        perform: () => blobs.createOnlyUrl(container, name, expiresAt),
      }),
    readOnlyUrl: (container, name, expiresAt) =>
      gate.pass(task, {
        ...call('readOnlyUrl', container, name, false),
        perform: () => blobs.readOnlyUrl(container, name, expiresAt),
      }),
    delete: (container, name) =>
      gate.pass(task, {
        ...call('delete', container, name, true),
        perform: () => blobs.delete(container, name),
      }),
  };
}
