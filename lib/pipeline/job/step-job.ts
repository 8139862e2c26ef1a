import { isCanceled } from '../cancellation.ts';
import { askedToWait, remedyFor } from '../failures.ts';
import { HeldJob, MAX_UNFINISHED } from '../held-job.ts';
import { LeaseLost } from '../lease.ts';
import { type JobMessage, sendStep, sendTick } from '../messages.ts';
import { isJobOver } from '../records/job-row.ts';
import { type Services, secondsAfter } from '../services.ts';
import { launchJob } from './launch-job.ts';
import { cancelJob, loseJob } from './lose-job.ts';
import { adoptGroup, pollJob } from './poll-job.ts';
import { publishNext } from './publish-job.ts';
import type { StepEnd } from './step-end.ts';

const LONGEST_DELAY_SECONDS = 300;
/** After so many, not even giving the job up has worked. */
const MAX_GIVING_UP = MAX_UNFINISHED + 4;

/**
 * One step of a job: take it, look at what is so, do one thing, write it down, and end or send
 * itself again. Only the job's current wake number is accepted, so that a duplicate of the message
 * can't start a second chain of steps.
 */
export async function stepJob(services: Services, message: JobMessage): Promise<void> {
  const stored = await services.jobs.get(message.runId, message.jobId);
  if (stored === undefined || isJobOver(stored.row) || stored.row.wake !== message.wake) return;
  if (stored.row.leaseUntil !== undefined && stored.row.leaseUntil > services.clock.now()) return;
  const held = await HeldJob.take(services, stored);
  if (held === undefined) return;
  try {
    const end = await stepHeld(services, held);
    const nextAt = secondsAfter(services.clock.now(), end.delaySeconds);
    await held.release({ errors: 0, ...end.changes, nextAt });
    if (isJobOver(held.row)) await sendTick(services, { runId: message.runId });
    else await sendStep(services, held.row, end.delaySeconds);
  } catch (error) {
    if (!(error instanceof LeaseLost)) throw error;
    services.log.warn('step gave way to another', { runId: message.runId, jobId: message.jobId });
  }
}

async function stepHeld(services: Services, held: HeldJob): Promise<StepEnd> {
  if (held.row.errors > MAX_GIVING_UP) return abandon(services, held);
  try {
    return await advance(services, held);
  } catch (error) {
    if (error instanceof LeaseLost) throw error;
    return afterError(services, held, error);
  }
}

async function advance(services: Services, held: HeldJob): Promise<StepEnd> {
  const { errors, kind, partitionKey: runId, state } = held.row;
  if (errors > MAX_UNFINISHED) {
    const detail = 'its steps were cut off again and again';
    return loseJob(services, held, { reason: 'internal-error', detail });
  }
  const canceled = await isCanceled(services, runId);
  if (kind === 'publish') return publishNext(services, held, { canceled });
  if (canceled) return cancelJob(services, held);
  switch (state) {
    case 'ready':
      return launchJob(services, held);
    case 'launching':
      return adoptGroup(services, held);
    case 'running':
      return pollJob(services, held);
    case 'waiting':
    case 'done':
    case 'lost':
      throw new Error(`a job that is ${state} has no step`);
    default:
      return state satisfies never;
  }
}

/**
 * The job's row alone is ended. Its targets are loose then, and the run's deadline ends them; whatever
 * it leaves behind has its expiry.
 */
function abandon(services: Services, held: HeldJob): StepEnd {
  const { partitionKey: runId, rowKey: jobId } = held.row;
  services.log.error('job abandoned', { runId, jobId });
  const finishedAt = services.clock.now();
  const changes = { state: 'lost', reason: 'internal-error', finishedAt } as const;
  return { changes, delaySeconds: 0 };
}

/** An unexpected error: wait longer each time, and give the attempt up when it goes on. */
async function afterError(services: Services, held: HeldJob, error: unknown): Promise<StepEnd> {
  const detail = error instanceof Error ? error.message : String(error);
  const { errors } = held.row;
  const fields = { runId: held.row.partitionKey, jobId: held.row.rowKey, errors, detail };
  services.log.error('step failed', fields);
  const remedy = remedyFor(error);
  const hopeless = remedy.do === 'give-up' || (remedy.do === 'retry' && errors >= remedy.times);
  if (hopeless) return loseJob(services, held, { reason: remedy.reason, detail });
  const growing = Math.min(services.options.pollSeconds * 2 ** errors, LONGEST_DELAY_SECONDS);
  return { changes: { errors }, delaySeconds: Math.max(growing, askedToWait(error)) };
}
