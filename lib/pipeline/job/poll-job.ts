import type { GroupStatus } from '../../containers/container-groups.ts';
import { plainText } from '../../text/plain-text.ts';
import { GROUP_ENDED, type GroupEnd } from '../failures.ts';
import type { HeldJob } from '../held-job.ts';
import { containerOf } from '../records/container-names.ts';
import { type Services, secondsAfter } from '../services.ts';
import { bySource, ownTargets } from '../targets/job-targets.ts';
import { deleteGroupOf } from './clear-job.ts';
import { collectIfThere, endIfDone } from './collect-result.ts';
import { loseImage, loseJob } from './lose-job.ts';
import type { StepEnd } from './step-end.ts';

/** Reads of the result blob for each request to ARM: a blob read is cheap. */
const LOOKS_A_CHECK = 4;
/** Polls after which the effect of a PUT without a clear response is visible. */
const GRACE_POLLS = 8;

/** Looks for a group whose intent was persisted, but not the outcome of its PUT. */
export async function adoptGroup(services: Services, held: HeldJob): Promise<StepEnd> {
  const { pollSeconds } = services.options;
  const group = held.job.group;
  if (group === undefined) throw new Error('a launching job has no group');
  if ((await services.groups.get(group)) !== undefined) {
    services.log.info('group adopted', { jobId: held.job.id, group });
    return {
      changes: { state: 'running', checkedAt: services.clock.now() },
      delaySeconds: pollSeconds,
    };
  }
  const collected = await collectIfThere(services, held);
  if (collected !== undefined) return collected;
  const launchedAt = held.job.launchedAt ?? services.clock.now();
  if (services.clock.now() < secondsAfter(launchedAt, pollSeconds * GRACE_POLLS)) {
    return { changes: {}, delaySeconds: pollSeconds };
  }
  // The group may still appear, so its name is never reused. The reaper deletes it.
  return { changes: { state: 'ready' }, delaySeconds: 0 };
}

/** Checks whether the group has ended. A result blob takes precedence over ARM's status. */
export async function pollJob(services: Services, held: HeldJob): Promise<StepEnd> {
  const { clock, options, groups } = services;
  const collected = await collectIfThere(services, held);
  if (collected !== undefined) return collected;
  const { deadline, group } = held.job;
  if (group === undefined) throw new Error('a running job has no group');
  if (deadline !== undefined && clock.now() >= deadline) {
    return afterEnd(services, held, 'late', 'the group did not end in time');
  }
  const checkDue = secondsAfter(
    held.job.checkedAt ?? clock.now(),
    options.pollSeconds * LOOKS_A_CHECK,
  );
  if (clock.now() < checkDue) return { changes: {}, delaySeconds: options.pollSeconds };

  const status = await groups.get(group);
  if (status?.state === 'starting' || status?.state === 'running') {
    const ended = await loseEndedContainers(services, held, status);
    if (ended !== undefined) return ended;
    return { changes: { checkedAt: clock.now() }, delaySeconds: options.pollSeconds };
  }
  // The group may have written its result between the first read and ARM's response.
  const late = await collectIfThere(services, held);
  if (late !== undefined) return late;
  if (status === undefined) return afterEnd(services, held, 'gone', 'the group no longer exists');
  if (status.state === 'lost') return afterEnd(services, held, 'not-provisioned', status.detail);
  return afterEnd(services, held, 'stopped', `the group ended without a result: ${status.detail}`);
}

/** If a container ended without a result, only its own image loses the attempt. */
async function loseEndedContainers(
  services: Services,
  held: HeldJob,
  status: GroupStatus,
): Promise<StepEnd | undefined> {
  const ended = (container: string) => {
    const state = status.containers[container]?.state;
    return state === 'stopped' || state === 'lost';
  };
  const { job } = held;
  if (job.kind !== 'patch') return undefined;
  const images = bySource(await ownTargets(services, job));
  if (!images.some((image) => ended(containerOf(image)))) return undefined;
  // One of them may have written its result between the first look and this answer.
  const late = await collectIfThere(services, held);
  if (late !== undefined) return late;
  for (const image of bySource(await ownTargets(services, job))) {
    const container = containerOf(image);
    if (!ended(container)) continue;
    const detail = `its container ended without a result: ${status.containers[container]?.detail}`;
    await loseImage(services, held, image, { reason: 'group-lost', detail });
  }
  return endIfDone(services, held);
}

async function afterEnd(
  services: Services,
  held: HeldJob,
  end: GroupEnd,
  detail: string,
): Promise<StepEnd> {
  const remedy = GROUP_ENDED[end];
  if (remedy.do === 'lose') return loseJob(services, held, { reason: remedy.reason, detail });
  services.log.warn('group not provisioned', { group: held.job.group, detail });
  await deleteGroupOf(services, held);
  await services.throttle.holdUntil(secondsAfter(services.clock.now(), remedy.seconds));
  return {
    changes: { state: 'ready', detail: plainText(detail, 1000) },
    delaySeconds: remedy.seconds,
  };
}
