import type { Blobs, ContainerName } from '../../../lib/storage/blobs.ts';
import type { Effect, PortName } from '../port-call.ts';
import type { Task } from '../task.ts';
import { storageFailure } from './failed-calls.ts';
import type { Gate } from './gate.ts';

/** Needs no lease, because every step uses the policy that was stored first. */
const ONE_FOR_ALL: Effect = 'conditional';

export function gatedBlobs(gate: Gate, task: Task): Blobs {
  const { blobs } = gate.backends;
  const call = (method: string, container: ContainerName, name: string, writes: boolean) => {
    const label = `${container}/${name}`;
    const kept: Effect = name.endsWith('/policy.json') ? ONE_FOR_ALL : 'leased';
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
    delete: (container, name) =>
      gate.pass(task, {
        ...call('delete', container, name, true),
        perform: () => blobs.delete(container, name),
      }),
  };
}
