import { app } from '@azure/functions';
import { keepPoison } from '../lib/pipeline/upkeep/keep-poison.ts';
import { QUEUES } from '../lib/storage/queues.ts';
import type { GetServices } from './services.ts';

/** Keeps messages that failed too often, for a replay, and reports them. */
export function registerPoison(services: GetServices): void {
  const poison = { runPoison: QUEUES.runs, jobPoison: QUEUES.jobs } as const;
  for (const [name, queue] of Object.entries(poison)) {
    app.storageQueue(name, {
      queueName: `${queue}-poison`,
      connection: 'AzureWebJobsStorage',
      handler: (message, context) => keepPoison(services(context), queue, message),
    });
  }
}
