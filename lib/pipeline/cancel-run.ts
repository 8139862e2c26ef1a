import { z } from 'zod';
import { sendTick } from './messages.ts';
import { RunId, runRowKey } from './records/run-id.ts';
import { isRunOver, RUN_PARTITION } from './records/run-row.ts';
import type { Services } from './services.ts';

const PARTITION = 'cancel';

/**
 * A wish to end a run, in PatchwrightRuns beside the runs. It has a row of its own, so that it never
 * competes with the tick, which alone writes the run's row.
 */
export const CancelRow = z.object({
  partitionKey: z.literal(PARTITION),
  rowKey: RunId,
  requestedAt: z.date(),
});
export type CancelRow = z.infer<typeof CancelRow>;

/**
 * Asks a run to end. Targets end `canceled` as soon as nobody works on them; one whose publishing
 * was written down is finished. False: there is no such run, or it is over.
 */
export async function cancelRun(services: Services, runId: RunId): Promise<boolean> {
  const run = await services.runs.get(RUN_PARTITION, runRowKey(runId));
  if (run === undefined || isRunOver(run.row)) return false;
  const requestedAt = services.clock.now();
  await services.cancellations.insert({ partitionKey: PARTITION, rowKey: runId, requestedAt });
  services.log.info('run canceled', { runId });
  await sendTick(services, { runId });
  return true;
}

export async function isCanceled(services: Services, runId: RunId): Promise<boolean> {
  return (await services.cancellations.get(PARTITION, runId)) !== undefined;
}
