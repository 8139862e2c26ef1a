import { inParallel } from '../../in-parallel.ts';
import type { Lease } from '../lease.ts';
import type { Outcome } from '../records/reasons.ts';
import { imageKey, type Target } from '../records/target.ts';
import type { Services } from '../services.ts';
import { clearTargetStaging } from '../staging/clear-staging.ts';
import type { Stored } from '../stores/stored.ts';
import { finishTarget } from '../targets/change-target.ts';

/** Targets that one tick ends. The next tick ends the rest. */
const MAX_ENDED = 500;
const AT_ONCE = 8;

/**
 * Ends targets that no job works on. Deletes their patches and releases their claims first, so that
 * the next tick repeats this after a crash. An image with another active tag keeps its patch and
 * its claim. Returns true if more targets are left.
 */
export async function endTargets(
  services: Services,
  targets: readonly Stored<Target>[],
  outcomeOf: (target: Target) => Outcome,
  about: { readonly others: readonly Target[]; readonly lease: Lease },
): Promise<boolean> {
  const needed = new Set(about.others.map(imageKey));
  await inParallel(targets.slice(0, MAX_ENDED), AT_ONCE, async (target) => {
    if (!needed.has(imageKey(target))) await releaseTarget(services, target, about.lease);
    await finishTarget(services, target, outcomeOf(target));
  });
  return targets.length > MAX_ENDED;
}

async function releaseTarget(services: Services, target: Target, lease: Lease): Promise<void> {
  const { runId, repository, sourceDigest: digest } = target;
  await clearTargetStaging(services, target, lease);
  if (digest !== undefined) await services.inventory.release({ repository, digest }, runId);
}

/**
 * Reuses the patch of the same image under another tag: verifies it again and publishes it here.
 */
export async function joinPatched(
  services: Services,
  target: Stored<Target>,
  patched: Target,
): Promise<void> {
  const { repository, patchDigest } = patched;
  if (patchDigest === undefined) throw new Error('a patched target has no patch digest');
  await services.targets.move(target, 'verifying', {
    movedAt: services.clock.now(),
    stagedRepository: repository,
    staged: patchDigest,
  });
}

/** Records ended targets in the inventory, in case the step that ended one crashed before that. */
export async function recordEnded(services: Services, targets: readonly Target[]): Promise<void> {
  await inParallel(targets, AT_ONCE, (target) => services.inventory.record(target));
}
