import { app } from '@azure/functions';
import { handleRunsMessage } from '../lib/pipeline/upkeep/runs-queue.ts';
import type { TimerWatch } from '../lib/pipeline/upkeep/timer-watch.ts';
import { QUEUES } from '../lib/storage/queues.ts';
import type { GetServices } from './services.ts';

/** One tick of a run, or the work of a reaper that is overdue. */
export function registerRunTick(services: GetServices, watch: TimerWatch): void {
  app.storageQueue('runTick', {
    queueName: QUEUES.runs,
    connection: 'AzureWebJobsStorage',
    handler: async (message, context) => {
      const given = services(context);
      await handleRunsMessage(given, message);
      await watch.look(given);
    },
  });
}
