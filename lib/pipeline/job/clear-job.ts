import { deleteGroup } from '../group/delete-group.ts';
import type { HeldJob } from '../held-job.ts';
import { recordInventory, releaseImage } from '../inventory/inventory.ts';
import { isTerminal } from '../records/target-states.ts';
import type { Services } from '../services.ts';
import { clearJobStaging, clearTargetStaging } from '../staging/clear-staging.ts';
import { backOffIfDeserved } from '../targets/change-target.ts';
import { allTargets, bySource } from '../targets/job-targets.ts';

/**
 * Leaves nothing behind: the staged patches of targets that have ended, the claims on their images,
 * and the job's container group. Each may be done already. A target whose ending was cut off between
 * its row and the inventory's is made good.
 */
export async function clearJob(services: Services, held: HeldJob): Promise<void> {
  const { kind, partitionKey: runId, rowKey: jobId, repository } = held.row;
  if (kind === 'patch' && repository !== undefined) {
    await clearJobStaging(services, repository, [jobId], { stage: 'pushed', lease: held });
  }
  for (const image of bySource(await allTargets(services, held.row))) {
    const ended = image.targets.filter(({ row }) => isTerminal(row.state));
    for (const { row } of ended) {
      await recordInventory(services, row);
      if (kind === 'patch' || kind === 'verify') await backOffIfDeserved(services, row);
    }
    if (ended.length < image.targets.length) continue;
    for (const { row } of image.targets) await clearTargetStaging(services, row, held);
    await releaseImage(services, image, runId);
  }
  await deleteGroupOf(services, held);
}

/** Whatever can't be deleted now carries an expiry, and is left to the reaper. */
export async function deleteGroupOf(services: Services, held: HeldJob): Promise<void> {
  if (held.row.group === undefined) return;
  held.assertHeld();
  await deleteGroup(services, held.row.group);
}
