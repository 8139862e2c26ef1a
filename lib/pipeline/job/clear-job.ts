import { deleteGroup } from '../group/delete-group.ts';
import type { HeldJob } from '../held-job.ts';
import { backOffIfDeserved } from '../inventory/back-off.ts';
import { isTerminal } from '../records/target-states.ts';
import type { Services } from '../services.ts';
import { clearJobStaging, clearTargetStaging } from '../staging/clear-staging.ts';
import { allTargets, bySource } from '../targets/job-targets.ts';

/**
 * Deletes the staged patches of ended targets, releases their images, and deletes the job's group.
 * Records the targets in the inventory, in case the step that ended them crashed. Idempotent.
 */
export async function clearJob(services: Services, held: HeldJob): Promise<void> {
  const { kind, runId, id: jobId, repositories = [] } = held.job;
  for (const repository of repositories) {
    await clearJobStaging(services, repository, [jobId], { stage: 'pushed', lease: held });
  }
  for (const image of bySource(await allTargets(services, held.job))) {
    const ended = image.targets.filter(({ state }) => isTerminal(state));
    for (const target of ended) {
      await services.inventory.record(target);
      if (kind === 'patch' || kind === 'verify') await backOffIfDeserved(services, target);
    }
    if (ended.length < image.targets.length) continue;
    for (const target of image.targets) await clearTargetStaging(services, target, held);
    await services.inventory.release(image, runId);
  }
  await deleteGroupOf(services, held);
}

/** Deletes the job's group. If this fails, the reaper deletes the group after its expiry. */
export async function deleteGroupOf(services: Services, held: HeldJob): Promise<void> {
  if (held.job.group === undefined) return;
  held.assertHeld();
  await deleteGroup(services, held.job.group);
}
