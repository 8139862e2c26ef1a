import { sendTick } from './messages.ts';
import { isRunOver } from './records/run.ts';
import type { RunId } from './records/run-id.ts';
import type { Services } from './services.ts';

/**
 * Asks a run to end. A target ends `canceled` as soon as no job works on it; a target whose tag is
 * reserved is still published. `by` says who asks, for people. Returns false if the run does not exist or has ended.
 */
export async function cancelRun(
  services: Pick<Services, 'runs' | 'cancellations' | 'clock' | 'log' | 'queues'>,
  runId: RunId,
  by: string,
): Promise<boolean> {
  const run = await services.runs.find(runId);
  if (run === undefined || isRunOver(run)) return false;
  await services.cancellations.request(runId, services.clock.now(), by);
  services.log.info('run cancellation requested', { runId, by });
  await sendTick(services, { runId });
  return true;
}
