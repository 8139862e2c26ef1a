import * as z from 'zod';
import { QUEUES } from '../storage/queues.ts';
import type { Job } from './records/job.ts';
import { RunId } from './records/run-id.ts';
import type { Services } from './services.ts';

/**
 * A hint that a run is due for a tick. A hint without a wake number is accepted unless a tick
 * started recently.
 */
export const RunMessage = z.strictObject({
  runId: RunId,
  wake: z.number().int().nonnegative().optional(),
});
export type RunMessage = z.infer<typeof RunMessage>;

/** A hint that a run has events that its receiver may not know. */
export const TellMessage = z.strictObject({ tell: RunId });
export type TellMessage = z.infer<typeof TellMessage>;

/** A hint that a job is due for a step. Only the job's current wake number is accepted. */
export const JobMessage = z.strictObject({
  runId: RunId,
  jobId: z.string().regex(/^[a-z0-9-]{1,63}$/),
  wake: z.number().int().nonnegative(),
});
export type JobMessage = z.infer<typeof JobMessage>;

export async function sendTick(
  services: Pick<Services, 'queues'>,
  message: RunMessage,
  delaySeconds = 0,
): Promise<void> {
  await services.queues.send(QUEUES.runs, message, { delaySeconds });
}

export async function sendTell(
  services: Pick<Services, 'queues'>,
  runId: RunId,
  delaySeconds = 0,
): Promise<void> {
  const message: TellMessage = { tell: runId };
  await services.queues.send(QUEUES.runs, message, { delaySeconds });
}

export async function sendStep(
  services: Services,
  job: Pick<Job, 'runId' | 'id' | 'wake'>,
  delaySeconds = 0,
): Promise<void> {
  const message: JobMessage = { runId: job.runId, jobId: job.id, wake: job.wake };
  await services.queues.send(QUEUES.jobs, message, { delaySeconds });
}
