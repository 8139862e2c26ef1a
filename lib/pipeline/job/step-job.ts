import { askedToWait, remedyFor } from '../failures.ts';
import { HeldJob, MAX_UNFINISHED } from '../held-job.ts';
import { LeaseLost } from '../lease.ts';
import { type JobMessage, sendStep, sendTick } from '../messages.ts';
import type { Job } from '../records/job.ts';
import { isJobOver } from '../records/job-states.ts';
import { isLeased } from '../records/leased.ts';
import { useAtEnd } from '../records/use-at-end.ts';
import { type Services, secondsAfter } from '../services.ts';
import { launchJob } from './launch-job.ts';
import { cancelJob, loseJob } from './lose-job.ts';
import { adoptGroup, pollJob } from './poll-job.ts';
import { publishNext } from './publish-job.ts';
import type { StepEnd } from './step-end.ts';

const LONGEST_DELAY_SECONDS = 300;
/** After this many failed steps, the attempts to give up the job have failed too. */
const MAX_GIVING_UP = MAX_UNFINISHED + 4;

/**
 * One step of a job: takes its lease, performs one action, persists the result, then finishes or
 * re-enqueues itself. Accepts only the current wake number, so that a duplicate message can't start
 * a second chain of steps.
 */
export function stepJob(services: Services, message: JobMessage): Promise<void> {
  return services.storageUse.during(message.runId, () => step(services, message));
}

async function step(services: Services, message: JobMessage): Promise<void> {
  const job = await services.jobs.find(message.runId, message.jobId);
  if (job === undefined || !hasSteps(job) || job.wake !== message.wake) return;
  if (isLeased(job, services.clock.now())) return;
  const held = await HeldJob.take(services, job);
  if (held === undefined) return;
  try {
    const end = await stepHeld(services, held);
    const now = services.clock.now();
    const nextAt = secondsAfter(now, end.delaySeconds);
    const use = useAtEnd(held.job, end.changes, now);
    const { storageOperations = 0 } = held.job;
    await held.release({
      errors: 0,
      ...end.changes,
      ...use,
      storageOperations: storageOperations + services.storageUse.take(message.runId),
      nextAt,
    });
    if (isJobOver(held.job)) await sendTick(services, { runId: message.runId });
    else await sendStep(services, held.job, end.delaySeconds);
  } catch (error) {
    if (!(error instanceof LeaseLost)) throw error;
    services.log.warn('step lost its lease', { runId: message.runId, jobId: message.jobId });
  }
}

/** A waiting job has no steps until the tick admits it. */
function hasSteps(job: Job): boolean {
  return job.state !== 'waiting' && !isJobOver(job);
}

async function stepHeld(services: Services, held: HeldJob): Promise<StepEnd> {
  if (held.job.errors > MAX_GIVING_UP) return abandon(services, held);
  try {
    return await advance(services, held);
  } catch (error) {
    if (error instanceof LeaseLost) throw error;
    return afterError(services, held, error);
  }
}

async function advance(services: Services, held: HeldJob): Promise<StepEnd> {
  const { errors, kind, runId, state } = held.job;
  if (errors > MAX_UNFINISHED) {
    const detail = 'its steps crashed or timed out repeatedly';
    return loseJob(services, held, { reason: 'internal-error', detail });
  }
  const canceled = await services.cancellations.isRequested(runId);
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
    case 'canceled':
    case 'dropped':
    case 'run-over':
      throw new Error(`a job that is ${state} has no step`);
    default:
      return state satisfies never;
  }
}

/** Ends only the job. The run's deadline ends its targets, and its group and claims expire. */
function abandon(services: Services, held: HeldJob): StepEnd {
  const { runId, id: jobId } = held.job;
  services.log.error('job abandoned', { runId, jobId });
  const finishedAt = services.clock.now();
  const changes = { state: 'lost', reason: 'internal-error', finishedAt } as const;
  return { changes, delaySeconds: 0 };
}

/** Backs off longer after each unexpected error, and finally gives up the attempt. */
async function afterError(services: Services, held: HeldJob, error: unknown): Promise<StepEnd> {
  const detail = error instanceof Error ? error.message : String(error);
  const { errors } = held.job;
  const fields = { runId: held.job.runId, jobId: held.job.id, errors, detail };
  services.log.error('step failed', fields);
  const remedy = remedyFor(error);
  const hopeless = remedy.do === 'give-up' || (remedy.do === 'retry' && errors >= remedy.times);
  if (hopeless) return loseJob(services, held, { reason: remedy.reason, detail });
  const growing = Math.min(services.options.pollSeconds * 2 ** errors, LONGEST_DELAY_SECONDS);
  return { changes: { errors }, delaySeconds: Math.max(growing, askedToWait(error)) };
}
