import { app } from '@azure/functions';
import { stepJob } from '../lib/pipeline/job/step-job.ts';
import { JobMessage } from '../lib/pipeline/messages.ts';
import { QUEUES } from '../lib/storage/queues.ts';
import type { GetServices } from './services.ts';

/** One step of a job. */
export function registerJobStep(services: GetServices): void {
  app.storageQueue('jobStep', {
    queueName: QUEUES.jobs,
    connection: 'AzureWebJobsStorage',
    handler: (message, context) => stepJob(services(context), JobMessage.parse(message)),
  });
}
