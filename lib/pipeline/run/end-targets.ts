import { inParallel } from '../../in-parallel.ts';
import type { Lease } from '../lease.ts';
import type { Outcome } from '../records/reasons.ts';
import { imageKey, type Target } from '../records/target.ts';
import type { Services } from '../services.ts';
import { clearTargetStaging } from '../staging/clear-staging.ts';
import type { Stored } from '../stores/stored.ts';
import { finishTarget } from '../targets/change-target.ts';

/** Targets that one tick ends; the next tick ends the others. */
const MAX_ENDED = 500;
const AT_ONCE = 8;

/**
 * Ends targets that no job works on. Their patches and claims go first, so that a crash in between
 * finds the targets here again. An image with another active tag keeps its patch and its claim. True:
 * there are more.
 */
export async function endTargets(
  services: Services,
  targets: readonly Stored<Target>[],
  outcome: Outcome,
  about: { readonly others: readonly Target[]; readonly lease: Lease },
): Promise<boolean> {
  const needed = new Set(about.others.map(imageKey));
  await inParallel(targets.slice(0, MAX_ENDED), AT_ONCE, async (target) => {
    if (!needed.has(imageKey(target))) await releaseTarget(services, target, about.lease);
    await finishTarget(services, target, outcome);
  });
  return targets.length > MAX_ENDED;
}

async function releaseTarget(services: Services, target: Target, lease: Lease): Promise<void> {
  const { runId, repository, sourceDigest: digest } = target;
  await clearTargetStaging(services, target, lease);
  if (digest !== undefined) await services.inventory.release({ repository, digest }, runId);
}

/** Its image was patched under another tag: that patch is verified again, and published under this one. */
export async function joinPatched(
  services: Services,
  target: Stored<Target>,
  patched: Target,
): Promise<void> {
  const { repository, patchDigest } = patched;
  if (patchDigest === undefined) throw new Error('a patched target names no patch');
  await services.targets.move(target, 'verifying', {
    stagedRepository: repository,
    staged: patchDigest,
  });
}

/** Records ended targets in the inventory: the step that ended one may have crashed before it did. */
export async function recordEnded(services: Services, targets: readonly Target[]): Promise<void> {
  const at = services.clock.now();
  await inParallel(targets, AT_ONCE, (target) => services.inventory.record(target, at));
}
