import { inParallel } from '../../in-parallel.ts';
import { patchReader } from '../inventory/known-patches.ts';
import { isRunOver, type Run } from '../records/run.ts';
import type { RunId } from '../records/run-id.ts';
import type { Target } from '../records/target.ts';
import type { Services } from '../services.ts';
import type { Stored } from '../stores/stored.ts';
import type { TargetChanges } from '../stores/target-store.ts';

const AT_ONCE = 8;

/** Leaves a queued target to the run that has its image. A tick takes it over later. */
export async function waitForHolder(
  services: Pick<Services, 'targets' | 'log'>,
  target: Stored<Target>,
  heldBy: RunId,
): Promise<void> {
  const { runId, repository, tag } = target;
  services.log.info('image held by another run', { runId, image: `${repository}:${tag}`, heldBy });
  await services.targets.change(target, { heldBy });
}

/**
 * Claims images that other runs had, if these have ended or released their claims. Returns true if it
 * claimed one: the next tick makes its job.
 */
export async function takeOver(
  services: Services,
  run: Run,
  held: readonly Stored<Target>[],
): Promise<boolean> {
  const over = await holdersOver(services, held);
  let taken = false;
  await inParallel(held, AT_ONCE, async (target) => {
    const { repository, sourceDigest: digest, heldBy } = target;
    if (digest === undefined) throw new Error('a target to be scanned has no source');
    const claim = await services.inventory.claim({ repository, digest }, run, {
      now: services.clock.now(),
      over,
    });
    if (!claim.ok) {
      if (claim.heldBy !== heldBy) await waitForHolder(services, target, claim.heldBy);
      return;
    }
    const current = await currentPatches(services, target);
    await services.targets.change(target, { heldBy: undefined, ...current });
    services.log.info('image taken over', { runId: run.id, image: `${repository}:${target.tag}` });
    taken = true;
  });
  return taken;
}

/** Ended runs whose claims protect nothing. The groups of a failed run may act until its last look. */
async function holdersOver(
  services: Pick<Services, 'runs'>,
  held: readonly Target[],
): Promise<ReadonlySet<string>> {
  const over = new Set<string>();
  for (const runId of new Set(held.flatMap(({ heldBy }) => heldBy ?? []))) {
    const holder = await services.runs.find(runId);
    if (holder === undefined || !isRunOver(holder)) continue;
    if (holder.state !== 'failed' || holder.lastLookAt === undefined) over.add(runId);
  }
  return over;
}

/** With the patch that the other run may have published since the discovery. */
async function currentPatches(
  services: Pick<Services, 'inventory' | 'registry'>,
  { repository, tag, digest, patches, alsoFloating }: Target,
): Promise<Pick<Target, 'patches'> & TargetChanges> {
  if (tag === '*') return { patches };
  const known = await services.inventory.findTag({ repository, tag });
  const { patchTag, patchDigest, patchFloatingTag } = known ?? {};
  if (patchTag === undefined || patchDigest === undefined || known?.digest !== digest) {
    return { patches };
  }
  // The floating tag was not moved: this run does it.
  if (alsoFloating !== undefined && patchFloatingTag === undefined) {
    return { patches, earlierTag: patchTag, earlierDigest: patchDigest };
  }
  if (patches.some((patch) => patch.digest === patchDigest)) return { patches };
  const read = patchReader(services, repository);
  const patch = await read({ tag: patchTag, digest: patchDigest });
  if (patch === undefined) return { patches };
  const others = patches.filter(({ tag: one }) => one !== patchTag);
  return { patches: [...others, patch], earlierTag: undefined, earlierDigest: undefined };
}
