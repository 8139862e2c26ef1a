import { plainText } from '../../text/plain-text.ts';
import { type HeldJob, MAX_UNFINISHED } from '../held-job.ts';
import { LeaseLost } from '../lease.ts';
import { alreadyPublished } from '../publish/publish-target.ts';
import { containerOf, ONLY_CONTAINER } from '../records/container-names.ts';
import type { Job } from '../records/job.ts';
import type { FailReason, Outcome } from '../records/reasons.ts';
import type { Target } from '../records/target.ts';
import { keepContainerLog } from '../results/container-log.ts';
import type { Services } from '../services.ts';
import type { Stored } from '../stores/stored.ts';
import { finishTarget, handBack, isExhausted } from '../targets/change-target.ts';
import { ownTargets, type SourceImage } from '../targets/job-targets.ts';
import { clearJob } from './clear-job.ts';
import type { StepEnd } from './step-end.ts';

/**
 * Gives up an attempt. Its targets return to the tick, which puts them into smaller batches; those
 * without attempts left end with this reason. Results that the attempt writes later are never read.
 */
export async function loseJob(
  services: Services,
  held: HeldJob,
  why: {
    readonly reason: FailReason;
    readonly detail: string;
    /** True if another attempt would end the same way. */
    readonly final?: boolean;
  },
): Promise<StepEnd> {
  const { runId, id: jobId, group } = held.job;
  const { reason } = why;
  // It may quote an untrusted result, and it is logged too.
  const detail = plainText(why.detail, 1000);
  services.log.warn('attempt lost', { runId, jobId, group, reason, detail });
  const logs = await keepLogs(services, held);
  for (const target of await ownTargets(services, held.job)) {
    const log = logs.get(containerOfTarget(held.job, target));
    const outcome: Outcome = { state: 'failed', reason, detail, log };
    if (why.final === true) await finishTarget(services, target, outcome);
    else if (isExhausted(target) && (await isPublished(services, held, target))) {
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

/** Keeps the log of each container from which no result was taken. Returns the blobs' names. */
async function keepLogs(
  services: Services,
  held: HeldJob,
): Promise<ReadonlyMap<string, string | undefined>> {
  const targets = await ownTargets(services, held.job);
  const open =
    held.job.kind === 'patch'
      ? targets.map((target) => containerOfTarget(held.job, target))
      : [ONLY_CONTAINER];
  const logs = new Map<string, string | undefined>();
  for (const name of new Set(open)) logs.set(name, await keepContainerLog(services, held, name));
  return logs;
}

function containerOfTarget(job: Job, { repository, sourceDigest }: Target): string {
  if (job.kind !== 'patch' || sourceDigest === undefined) return ONLY_CONTAINER;
  return containerOf({ repository, digest: sourceDigest });
}

/**
 * Gives up one image of an attempt whose other containers continue. Its targets return to the tick;
 * those without attempts left end.
 */
export async function loseImage(
  services: Services,
  held: HeldJob,
  image: SourceImage,
  why: { readonly reason: FailReason; readonly detail: string },
): Promise<void> {
  const { runId, id: jobId, group } = held.job;
  const { reason } = why;
  const container = containerOf(image);
  const detail = plainText(why.detail, 1000);
  services.log.warn('container lost', { runId, jobId, group, container, reason, detail });
  const log = await keepContainerLog(services, held, container);
  const outcome: Outcome = { state: 'failed', reason, detail, log };
  for (const target of image.targets) await handBack(services, target, { blame: true, outcome });
}

/** Ends a target as patched: its patch is published, and only referrers may be missing. */
async function finishPublished(
  services: Services,
  target: Stored<Target>,
  detail: string,
): Promise<void> {
  const { staged } = target;
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

/** Returns true if the patch is published. Returns false if the registry has failed too often. */
async function isPublished(services: Services, held: HeldJob, target: Target): Promise<boolean> {
  try {
    return await alreadyPublished(services, target);
  } catch (error) {
    if (error instanceof LeaseLost || held.job.errors <= MAX_UNFINISHED) throw error;
    const image = `${target.repository}:${target.patchTag}`;
    services.log.error('unknown whether the patch is published', { image });
    return false;
  }
}

/**
 * Clears up, but lets the job end if that fails too often: its group and its claims expire, and the
 * last look at the run clears staging and updates the inventory.
 */
async function clearAsFarAsPossible(services: Services, held: HeldJob): Promise<void> {
  try {
    await clearJob(services, held);
  } catch (error) {
    if (error instanceof LeaseLost || held.job.errors <= MAX_UNFINISHED) throw error;
    const detail = error instanceof Error ? error.message : String(error);
    services.log.error('job not cleared', { jobId: held.job.id, detail });
  }
}

/** Ends a job of a canceled run and deletes its group, if it has one. */
export async function cancelJob(services: Services, held: HeldJob): Promise<StepEnd> {
  for (const target of await ownTargets(services, held.job)) {
    await finishTarget(services, target, { state: 'canceled', reason: 'canceled' });
  }
  await clearJob(services, held);
  const finishedAt = services.clock.now();
  return { changes: { state: 'canceled', finishedAt }, delaySeconds: 0 };
}
