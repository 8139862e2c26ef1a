import { JobResult, MAX_RESULT_BYTES } from '../../job/job-result.ts';
import { readJson } from '../../json/read-json.ts';
import type { Result } from '../../result.ts';
import { CONTAINERS } from '../../storage/blobs.ts';
import { plainText } from '../../text/plain-text.ts';
import { GROUP_ENDED, type GroupEnd } from '../failures.ts';
import type { HeldJob } from '../held-job.ts';
import { type Job, resultBlobOf } from '../records/job.ts';
import { type Services, secondsAfter } from '../services.ts';
import { deleteGroupOf } from './clear-job.ts';
import { collectResult } from './collect-result.ts';
import { loseJob } from './lose-job.ts';
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
    return { changes: { checkedAt: clock.now() }, delaySeconds: options.pollSeconds };
  }
  // The group may have written its result between the first read and ARM's response.
  const late = await collectIfThere(services, held);
  if (late !== undefined) return late;
  if (status === undefined) return afterEnd(services, held, 'gone', 'the group no longer exists');
  if (status.state === 'lost') return afterEnd(services, held, 'not-provisioned', status.detail);
  return afterEnd(services, held, 'stopped', `the group ended without a result: ${status.detail}`);
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

async function collectIfThere(services: Services, held: HeldJob): Promise<StepEnd | undefined> {
  const blob = await services.blobs.read(
    CONTAINERS.results,
    resultBlobOf(held.job),
    MAX_RESULT_BYTES,
  );
  if (!blob.found) {
    if (blob.why === 'absent') return undefined;
    return loseJob(services, held, { reason: 'result-invalid', detail: 'the result is too large' });
  }
  const parsed = parseResult(blob.bytes, held.job);
  if (!parsed.ok) {
    return loseJob(services, held, { reason: 'result-invalid', detail: parsed.fault });
  }
  return collectResult(services, held, parsed.value);
}

const RESULT_LIMITS = {
  maxBytes: MAX_RESULT_BYTES,
  maxDepth: 10,
  maxContainers: 20_000,
  maxValues: 20_000,
};

function parseResult(bytes: Uint8Array, job: Job): Result<JobResult> {
  const result = readJson(JobResult, bytes, RESULT_LIMITS);
  if (!result.ok) return { ok: false, fault: `the result ${result.fault}` };
  const { jobId, attempt } = result.value;
  const mine = jobId === job.id && attempt === job.attempt;
  return mine ? result : { ok: false, fault: 'the result names another attempt' };
}
