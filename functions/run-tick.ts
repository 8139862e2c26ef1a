import { app } from '@azure/functions';
import { RunMessage } from '../lib/pipeline/messages.ts';
import { tickRun } from '../lib/pipeline/run/tick-run.ts';
import type { TimerWatch } from '../lib/pipeline/upkeep/timer-watch.ts';
import { QUEUES } from '../lib/storage/queues.ts';
import type { GetServices } from './services.ts';

/** One tick of a run. */
export function registerRunTick(services: GetServices, watch: TimerWatch): void {
  app.storageQueue('runTick', {
    queueName: QUEUES.runs,
    connection: 'AzureWebJobsStorage',
    handler: async (message, context) => {
      const given = services(context);
      await tickRun(given, RunMessage.parse(message));
      await watch.look(given);
    },
  });
}
