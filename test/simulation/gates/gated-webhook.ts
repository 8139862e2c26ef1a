import type { Webhook } from '../../../lib/webhook/webhook.ts';
import type { Task } from '../task.ts';
import type { Gate } from './gate.ts';

/** Undefined in a world without a receiver. */
export function gatedWebhook(gate: Gate, task: Task): Webhook | undefined {
  const { receiver } = gate.backends;
  if (receiver === undefined) return undefined;
  const { host, addressHash, events } = receiver;
  return {
    host,
    addressHash,
    events,
    send: (message) =>
      gate.pass(task, {
        port: 'webhook',
        method: 'send',
        label: message.id,
        writes: true,
        failed: () => ({ value: { kind: 'unavailable', detail: 'simulated' } }),
        perform: async () => {
          gate.observer.text('event', message.body);
          return receiver.send(message);
        },
      }),
  };
}
