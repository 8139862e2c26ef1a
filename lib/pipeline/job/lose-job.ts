import type { Stored } from '../../storage/typed-table.ts';
import { plainText } from '../../text/plain-text.ts';
import { keepGroupLog } from '../group/group-log.ts';
import { type HeldJob, MAX_UNFINISHED } from '../held-job.ts';
import { LeaseLost } from '../lease.ts';
import { standsAlready } from '../publish/publish-target.ts';
import type { FailReason, Outcome } from '../records/reasons.ts';
import type { TargetRow } from '../records/target-row.ts';
import type { Services } from '../services.ts';
import { finishTarget, handBack, isExhausted } from '../targets/change-target.ts';
import { ownTargets } from '../targets/job-targets.ts';
import { clearJob } from './clear-job.ts';
import type { StepEnd } from './step-end.ts';

/**
 * Gives an attempt up. Its targets go back to the tick, which puts them into smaller batches, and end
 * with this reason where their budget is used up. What the attempt may still write is never read.
 */
export async function loseJob(
  services: Services,
  held: HeldJob,
  why: {
    readonly reason: FailReason;
    readonly detail: string;
    /** Another attempt would end in the same way. */
    readonly final?: boolean;
  },
): Promise<StepEnd> {
  const { partitionKey: runId, rowKey: jobId, group } = held.row;
  const { reason } = why;
  // It may quote a result, and goes into the log as well.
  const detail = plainText(why.detail, 1000);
  services.log.warn('attempt lost', { runId, jobId, group, reason, detail });
  await keepGroupLog(services, held);
  const outcome: Outcome = { state: 'failed', reason, detail };
  for (const target of await ownTargets(services, held.row)) {
    if (why.final === true) await finishTarget(services, target, outcome);
    else if (isExhausted(target.row) && (await stands(services, held, target.row))) {
      await finishPublished(services, target, detail);
    } else await handBack(services, target, { blame: true, outcome });
  }
  await clearAsFarAsPossible(services, held);
  const changes = {
    state: 'lost',
    reason,
    detail,
    finishedAt: services.clock.now(),
  } as const;
  return { changes, delaySeconds: 0 };
}

/** The patch stands and is whole: what could not be attached to it makes it no failure. */
async function finishPublished(
  services: Services,
  target: Stored<TargetRow>,
  detail: string,
): Promise<void> {
  const { staged } = target.row;
  await finishTarget(
    services,
    target,
    { state: 'patched' },
    {
      ...(staged !== undefined && { patchDigest: staged }),
      detail: plainText(`published, but its referrers are not complete: ${detail}`, 1000),
    },
  );
}

/** Where nobody can be asked, and asking was tried often enough, it counts as not there. */
async function stands(services: Services, held: HeldJob, target: TargetRow): Promise<boolean> {
  try {
    return await standsAlready(services, target);
  } catch (error) {
    if (error instanceof LeaseLost || held.row.errors <= MAX_UNFINISHED) throw error;
    const image = `${target.repository}:${target.patchTag}`;
    services.log.error('not known whether the patch stands', { image });
    return false;
  }
}

/**
 * A job that can't clear up behind itself must end all the same: its group and its claims have their
 * expiry, staging and the inventory the last look at the run.
 */
async function clearAsFarAsPossible(services: Services, held: HeldJob): Promise<void> {
  try {
    await clearJob(services, held);
  } catch (error) {
    if (error instanceof LeaseLost || held.row.errors <= MAX_UNFINISHED) throw error;
    const detail = error instanceof Error ? error.message : String(error);
    services.log.error('job not cleared', { jobId: held.row.rowKey, detail });
  }
}

/** Ends a job of a run that was canceled, whatever its group is about. */
export async function cancelJob(services: Services, held: HeldJob): Promise<StepEnd> {
  for (const target of await ownTargets(services, held.row)) {
    await finishTarget(services, target, { state: 'canceled', reason: 'canceled' });
  }
  await clearJob(services, held);
  const finishedAt = services.clock.now();
  return { changes: { state: 'lost', reason: 'canceled', finishedAt }, delaySeconds: 0 };
}
