import type { PortCall, PortName } from '../port-call.ts';
import type { Task } from '../task.ts';
import type { Gate } from './gate.ts';

const STORAGE: ReadonlySet<PortName> = new Set(['tables', 'queues', 'blobs']);

/** Counts the calls of storage: when storage receives one, and when the app gets its answer. */
export function countedGate(gate: Gate): Gate {
  return {
    ...gate,
    pass: async <Result>(task: Task, call: PortCall<Result>) => {
      if (!STORAGE.has(call.port)) return gate.pass(task, call);
      const { storageUse } = task.instance;
      const perform = () => {
        gate.observer.storage.received(task);
        return call.perform();
      };
      const result = await gate.pass(task, { ...call, perform });
      storageUse.answered();
      return result;
    },
  };
}
