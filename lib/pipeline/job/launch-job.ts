import type { GroupAnswer, GroupSpec } from '../../containers/container-groups.ts';
import { GROUP_REFUSED, LONGEST_WAIT_SECONDS } from '../failures.ts';
import { groupSpecOf, workerImageOf } from '../group/group-spec.ts';
import { firstPull } from '../group/pull-credential.ts';
import type { HeldJob } from '../held-job.ts';
import { type BuilderFault, builderFaultIn } from '../records/builder-fault.ts';
import { groupNameOf, type Job } from '../records/job.ts';
import type { FailReason } from '../records/reasons.ts';
import type { Target } from '../records/target.ts';
import { type Services, secondsAfter } from '../services.ts';
import type { Stored } from '../stores/stored.ts';
import { finishTarget } from '../targets/change-target.ts';
import { bySource, ownTargets } from '../targets/job-targets.ts';
import { clearJob } from './clear-job.ts';
import { createGroup } from './create-group.ts';
import { loseJob } from './lose-job.ts';
import type { StepEnd } from './step-end.ts';

/** Groups that a job may start, each under its own name. */
const MAX_LAUNCHES = 5;
/** Shorter than a registry token's 75 minutes, of which provisioning may take 30. */
const ATTEMPT_SECONDS = 40 * 60;
/** Spreads the next PUTs of jobs that waited for the same time. */
const MAX_JITTER_SECONDS = 16;
const LONGEST_RETRY_SECONDS = 300;

/** Starts the job's container group: persists the intent, then sends one PUT with a new name. */
export async function launchJob(services: Services, held: HeldJob): Promise<StepEnd> {
  const { clock, options } = services;
  const run = await services.runs.find(held.job.runId);
  if (run === undefined) throw new Error('the run of this job does not exist');
  const targets = await ownTargets(services, held.job);
  if (targets.length === 0) {
    // A previous step has ended the targets, and may have crashed before it cleared up.
    await clearJob(services, held);
    return { changes: { state: 'done', finishedAt: clock.now() }, delaySeconds: 0 };
  }
  if (clock.now() >= run.deadline) {
    return loseJob(services, held, {
      reason: whyNotInTime(held.job),
      detail: `no group could be started in time${lastWords(held)}`,
      final: true,
    });
  }
  const fault = held.job.kind === 'patch' ? builderFaultIn(run) : undefined;
  if (fault !== undefined) return endWithoutBuilder(services, held, targets, fault);
  const until = await services.throttle.heldUntil(clock.now());
  if (until !== undefined) return wait(services, held, until);
  const attempt = held.job.attempt + 1;
  if (attempt > MAX_LAUNCHES) {
    return loseJob(services, held, {
      reason: 'group-lost',
      detail: `Azure provisioned none of the job's groups${lastWords(held)}`,
      final: true,
    });
  }

  const deadline = secondsAfter(clock.now(), ATTEMPT_SECONDS);
  const group = groupNameOf(held.job.id, attempt);
  const intended = { ...held.job, attempt, group, deadline };
  const worker = workerImageOf(services, held.job);
  const { credential, kinds } = await firstPull(services, worker);
  const spec = await groupSpecOf(services, run, intended, bySource(targets), {
    lease: held,
    imageCredential: credential,
  });
  const launching = { state: 'launching', attempt, group, deadline } as const;
  await held.save({ ...launching, ...sizeOf(spec), launchedAt: clock.now() });
  const answer = await createGroup(services, held, spec, { worker, kinds });
  if (answer.ok) {
    services.log.info('group started', {
      runId: run.id,
      jobId: held.job.id,
      group,
      images: targets.length,
    });
    return {
      changes: {
        ...{ state: 'running', checkedAt: clock.now() },
        ...{ refused: false, networkNotReady: false },
      },
      delaySeconds: options.pollSeconds,
    };
  }
  return afterRefusal(services, held, answer);
}

/** Ends the targets, because another group of the run has found that no builder works. */
async function endWithoutBuilder(
  services: Services,
  held: HeldJob,
  targets: readonly Stored<Target>[],
  { builderDetail: detail }: BuilderFault,
): Promise<StepEnd> {
  const outcome = { state: 'failed', reason: 'no-builder', detail } as const;
  for (const target of targets) await finishTarget(services, target, outcome);
  await clearJob(services, held);
  return { changes: { state: 'done', finishedAt: services.clock.now() }, delaySeconds: 0 };
}

function whyNotInTime({ refused, networkNotReady }: Job): FailReason {
  if (networkNotReady === true) return 'network-not-ready';
  return refused === true ? 'quota' : 'run-deadline';
}

/** Azure's last error for a group of this job. */
function lastWords(held: HeldJob): string {
  return held.job.detail === undefined ? '' : `: ${held.job.detail}`;
}

async function afterRefusal(
  services: Services,
  held: HeldJob,
  answer: Exclude<GroupAnswer, { ok: true }>,
): Promise<StepEnd> {
  const { group, id: jobId, runId } = held.job;
  const { refusal, detail } = answer;
  services.log.warn('group refused', { runId, jobId, group, refusal, detail });
  const remedy = GROUP_REFUSED[refusal];
  switch (remedy.do) {
    case 'wait': {
      const seconds = Math.min(answer.retryAfterSeconds ?? remedy.seconds, LONGEST_WAIT_SECONDS);
      const until = secondsAfter(services.clock.now(), seconds);
      await services.throttle.holdUntil(until, { refusal, detail });
      // A limit of requests in between says nothing about the subnet.
      const networkNotReady =
        refusal === 'throttled' ? held.job.networkNotReady === true : refusal === 'network';
      const again = { ...unused(held), refused: true, networkNotReady, detail };
      return { ...wait(services, held, until), changes: again };
    }
    case 'retry': {
      const { errors } = held.job;
      if (errors >= remedy.times) {
        return loseRefused(services, held, { reason: remedy.reason, detail, final: true });
      }
      const delaySeconds = Math.min(
        services.options.pollSeconds * 2 ** errors,
        LONGEST_RETRY_SECONDS,
      );
      const again = { ...unused(held), networkNotReady: false, errors, detail };
      return { changes: again, delaySeconds };
    }
    case 'look':
      return { changes: {}, delaySeconds: services.options.pollSeconds };
    case 'smaller':
      return loseRefused(services, held, { reason: remedy.reason, detail });
    case 'give-up':
      return loseRefused(services, held, { reason: remedy.reason, detail, final: true });
    default:
      return remedy satisfies never;
  }
}

async function loseRefused(
  services: Services,
  held: HeldJob,
  why: Parameters<typeof loseJob>[2],
): Promise<StepEnd> {
  const { attempt } = unused(held);
  const end = await loseJob(services, held, why);
  return { ...end, changes: { ...end.changes, attempt } };
}

/** What all containers of the group have together. */
function sizeOf({ containers, sku }: GroupSpec): Pick<Job, 'vcpu' | 'memoryGb' | 'confidential'> {
  return {
    vcpu: containers.reduce((sum, { cpu }) => sum + cpu, 0),
    memoryGb: containers.reduce((sum, { memoryGb }) => sum + memoryGb, 0),
    confidential: sku === 'Confidential',
  };
}

/** Azure did not create a refused group, so its name is unused and the attempt does not count. */
function unused(held: HeldJob): Pick<Job, 'state' | 'attempt'> {
  return { state: 'ready', attempt: held.job.attempt - 1 };
}

function wait(services: Services, held: HeldJob, until: Date): StepEnd {
  const seconds = Math.ceil((until.getTime() - services.clock.now().getTime()) / 1000);
  const jitter = Number.parseInt(held.job.id.slice(-2), 16) % MAX_JITTER_SECONDS;
  return { changes: {}, delaySeconds: Math.max(1, seconds) + (jitter || 0) };
}
