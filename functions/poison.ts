import { app } from '@azure/functions';
import { keepPoison } from '../lib/pipeline/upkeep/keep-poison.ts';
import { QUEUES } from '../lib/storage/queues.ts';
import type { GetServices } from './services.ts';

/** Messages that failed too often: kept for replay and reported. */
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
