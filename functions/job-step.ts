import { app } from '@azure/functions';
import { stepJob } from '../lib/pipeline/job/step-job.ts';
import { JobMessage } from '../lib/pipeline/messages.ts';
import type { TimerWatch } from '../lib/pipeline/upkeep/timer-watch.ts';
import { QUEUES } from '../lib/storage/queues.ts';
import type { GetServices } from './services.ts';

/** One step of a job. */
export function registerJobStep(services: GetServices, watch: TimerWatch): void {
  app.storageQueue('jobStep', {
    queueName: QUEUES.jobs,
    connection: 'AzureWebJobsStorage',
    handler: async (message, context) => {
      const given = services(context);
      await stepJob(given, JobMessage.parse(message));
      await watch.look(given);
    },
  });
}
