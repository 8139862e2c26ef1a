import { app } from '@azure/functions';
import { RunMessage } from '../lib/pipeline/messages.ts';
import { tickRun } from '../lib/pipeline/run/tick-run.ts';
import { QUEUES } from '../lib/storage/queues.ts';
import type { GetServices } from './services.ts';

/** One tick of a run. */
export function registerRunTick(services: GetServices): void {
  app.storageQueue('runTick', {
    queueName: QUEUES.runs,
    connection: 'AzureWebJobsStorage',
    handler: (message, context) => tickRun(services(context), RunMessage.parse(message)),
  });
}
