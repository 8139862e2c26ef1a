import { clearJobStaging, clearTargetStaging } from './clear-staging.ts';
import type { HeldJob } from './held-job.ts';
import { recordInventory, releaseImage } from './inventory.ts';
import { allTargets, bySource } from './job-targets.ts';
import { type Services, secondsAfter } from './services.ts';
import { isTerminal } from './target-states.ts';
import { throttleUntil } from './throttle.ts';

/**
 * Leaves nothing behind: the staged patches of targets that have ended, the claims on their images,
 * and the job's container group. Each may be done already. A target whose ending was cut off between
 * its row and the inventory's is made good.
 */
export async function clearJob(services: Services, held: HeldJob): Promise<void> {
  const { kind, partitionKey: runId, rowKey: jobId, repository } = held.row;
  if (kind === 'patch' && repository !== undefined) {
    held.assertHeld();
    await clearJobStaging(services, repository, [jobId]);
  }
  for (const image of bySource(await allTargets(services, held.row))) {
    const ended = image.targets.filter(({ row }) => isTerminal(row.state));
    for (const { row } of ended) await recordInventory(services, row);
    if (ended.length < image.targets.length) continue;
    held.assertHeld();
    for (const { row } of image.targets) await clearTargetStaging(services, row);
    await releaseImage(services, image, runId);
  }
  await deleteGroup(services, held);
}

/** Whatever can't be deleted now carries an expiry, and is left to the reaper. */
export async function deleteGroup(services: Services, held: HeldJob): Promise<void> {
  if (held.row.group === undefined) return;
  held.assertHeld();
  const answer = await services.groups.delete(held.row.group);
  if (answer.ok) return;
  services.log.warn('group not deleted', { group: held.row.group, refusal: answer.refusal });
  if (answer.refusal === 'throttled') {
    const wait = answer.retryAfterSeconds ?? 60;
    await throttleUntil(services, secondsAfter(services.clock.now(), wait));
  }
}
