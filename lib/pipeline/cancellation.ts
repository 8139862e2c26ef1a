import { sendTick } from './messages.ts';
import { CANCEL_PARTITION } from './records/cancel-row.ts';
import { type RunId, runRowKey } from './records/run-id.ts';
import { isRunOver, RUN_PARTITION } from './records/run-row.ts';
import type { Services } from './services.ts';

/**
 * Asks a run to end. Targets end `canceled` as soon as nobody works on them; one whose publishing
 * was written down is finished. False: there is no such run, or it is over.
 */
export async function cancelRun(services: Services, runId: RunId): Promise<boolean> {
  const run = await services.runs.get(RUN_PARTITION, runRowKey(runId));
  if (run === undefined || isRunOver(run.row)) return false;
  const requestedAt = services.clock.now();
  await services.cancellations.insert({
    partitionKey: CANCEL_PARTITION,
    rowKey: runId,
    requestedAt,
  });
  services.log.info('run canceled', { runId });
  await sendTick(services, { runId });
  return true;
}

export async function isCanceled(services: Services, runId: RunId): Promise<boolean> {
  return (await services.cancellations.get(CANCEL_PARTITION, runId)) !== undefined;
}
