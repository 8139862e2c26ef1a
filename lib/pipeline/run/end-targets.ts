import { inParallel } from '../../in-parallel.ts';
import type { Stored } from '../../storage/typed-table.ts';
import { recordInventory, releaseImage } from '../inventory/inventory.ts';
import type { Outcome } from '../records/reasons.ts';
import { imageKey, type TargetRow } from '../records/target-row.ts';
import type { Services } from '../services.ts';
import { clearTargetStaging, type Lease } from '../staging/clear-staging.ts';
import { finishTarget, moveTarget } from '../targets/change-target.ts';

/** Targets that one tick brings to an end; the rest is for the next one. */
const MAX_ENDED = 500;
const AT_ONCE = 8;

/**
 * Ends targets that no job has in hand. What they hold is let go first: nothing will be done with
 * them any more, and a crash in between finds them here again. An image of which another tag goes on
 * keeps its patch and its claim for that one. True: there are more.
 */
export async function endTargets(
  services: Services,
  targets: readonly Stored<TargetRow>[],
  outcome: Outcome,
  about: { readonly others: readonly TargetRow[]; readonly lease: Lease },
): Promise<boolean> {
  const needed = new Set(about.others.map(imageKey));
  await inParallel(targets.slice(0, MAX_ENDED), AT_ONCE, async (target) => {
    if (!needed.has(imageKey(target.row))) await letGo(services, target.row, about.lease);
    await finishTarget(services, target, outcome);
  });
  return targets.length > MAX_ENDED;
}

async function letGo(services: Services, target: TargetRow, lease: Lease): Promise<void> {
  const { partitionKey: runId, repository, sourceDigest } = target;
  await clearTargetStaging(services, target, lease);
  if (sourceDigest === undefined) return;
  await releaseImage(services, { repository, digest: sourceDigest }, runId);
}

/** Its image was patched under another tag: that patch is verified again, and published under this one. */
export async function joinPatched(
  services: Services,
  target: Stored<TargetRow>,
  patched: TargetRow,
): Promise<void> {
  const { repository, patchDigest } = patched;
  if (patchDigest === undefined) throw new Error('a patched target names no patch');
  await moveTarget(services, target, 'verifying', {
    stagedRepository: repository,
    staged: patchDigest,
  });
}

/** The inventory is told of endings that were cut off before it heard of them. */
export async function recordEnded(
  services: Services,
  targets: readonly TargetRow[],
): Promise<void> {
  await inParallel(targets, AT_ONCE, (target) => recordInventory(services, target));
}
