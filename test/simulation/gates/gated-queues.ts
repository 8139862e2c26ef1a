import type { QueueName, Queues } from '../../../lib/storage/queues.ts';
import type { Task } from '../task.ts';
import { storageFailure } from './failed-calls.ts';
import type { Gate } from './gate.ts';

export function gatedQueues(gate: Gate, task: Task): Queues {
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
    receivePoison: (queue) =>
      gate.pass(task, {
        port: 'queues',
        method: 'receivePoison',
        label: queue,
        writes: true,
        failed: storageFailure(queue),
        perform: () => queues.receivePoison(queue),
      }),
    deletePoison: (queue, message) =>
      gate.pass(task, {
        port: 'queues',
        method: 'deletePoison',
        label: `${queue} ${message.id}`,
        writes: true,
        failed: storageFailure(queue),
        perform: () => queues.deletePoison(queue, message),
      }),
  };
}
