import type { Digest } from '../../image/digest.ts';
import { ImageManifest } from '../../image/manifest.ts';
import { baseOfPatchTag } from '../../image/patch-tags.ts';
import type { RepositoryName, Tag } from '../../image/reference.ts';
import { isFloating, type TagConvention } from '../../image/tag-convention.ts';
import { inParallel } from '../../in-parallel.ts';
import { readJson } from '../../json/read-json.ts';
import { RegistryError, type StoredManifest, type TagAttributes } from '../../registry/registry.ts';
import type { HeldJob } from '../held-job.ts';
import { settleBackOff } from '../inventory/back-off.ts';
import { patchReader } from '../inventory/known-patches.ts';
import { predecessorReader } from '../inventory/predecessor-patches.ts';
import type { Outcome } from '../records/reasons.ts';
import type { Target } from '../records/target.ts';
import type { Services } from '../services.ts';
import type { Stored } from '../stores/stored.ts';
import { finishTarget } from '../targets/change-target.ts';
import { attachReferrers } from './attach-referrers.ts';
import { choosePatchTag } from './choose-patch-tag.ts';

const BLOBS_AT_ONCE = 4;

/**
 * Publishes one verified patch: reserves a tag, mounts the blobs, puts the manifest, attaches the
 * referrers and ends the target. A step after a crash repeats this with the reserved tag and the same
 * bytes; it reserves another tag only if another push took that one.
 */
export async function publishTarget(
  services: Services,
  held: HeldJob,
  target: Stored<Target>,
): Promise<void> {
  const { registry } = services;
  const { repository, tag, staged, stagedRepository } = target;
  if (tag === '*' || staged === undefined || stagedRepository === undefined) {
    throw new Error('a target to be published has nothing staged');
  }
  const done = await alreadyPublished(services, target);
  if (!done) {
    const source = await registry.tag(repository, tag);
    if (source?.digest !== target.digest) {
      await finishTarget(services, target, { state: 'skipped', reason: 'source-changed' });
      return;
    }
  }
  const intended = await intendTag(services, held, target, tag);
  if (intended?.patchTag === undefined) return;
  const { patchTag } = intended;
  const present = done || (target.claimed === true && (await alreadyPublished(services, intended)));

  const { sourceDigest } = intended;
  if (sourceDigest === undefined) throw new Error('a target to be published has no source');
  const newest = { patch: staged, runId: held.job.runId };
  await services.inventory.rememberNewest({ repository, digest: sourceDigest }, newest);
  const manifest = await registry.manifest(present ? repository : stagedRepository, staged);
  if (manifest === undefined) {
    const detail = 'the verified patch is no longer in the staging repository';
    await finishTarget(services, intended, { state: 'failed', reason: 'staging-missing', detail });
    return;
  }
  let replacedPush = false;
  if (!present) {
    await shareBlobs(services, { from: stagedRepository, to: repository, manifest });
    const { tagConvention: convention = 'floating' } = intended;
    const patch = { repository, patchTag, base: tag, convention, staged, manifest };
    const outcome = await putTag(services, held, patch);
    if (outcome === 'taken') {
      // Another push took the tag after it was chosen: the next step chooses again.
      await services.targets.change(intended, { patchTag: undefined });
      return;
    }
    if (typeof outcome !== 'string') {
      await finishTarget(services, intended, outcome);
      return;
    }
    replacedPush = outcome === 'put over another';
    if (replacedPush) {
      const image = `${repository}:${patchTag}`;
      services.log.error('tag race: another push was replaced', { image, digest: staged });
    }
  }
  held.assertHeld();
  await attachReferrers(services, intended, {
    digest: staged,
    mediaType: manifest.mediaType,
    size: manifest.bytes.length,
  });
  await settleBackOff(services, intended);
  // Another run made the patch, before the tables were lost.
  const adopted = target.claimed === true && present;
  const outcome = adopted
    ? ({ state: 'already-patched', detail: patchTag } as const)
    : ({ state: 'patched' } as const);
  await finishTarget(services, intended, outcome, {
    patchDigest: staged,
    ...(replacedPush && { replacedPush }),
  });
}

/** True if a previous step crashed after the PUT: the reserved tag points at our patch. */
export async function alreadyPublished(services: Services, target: Target): Promise<boolean> {
  if (target.patchTag === undefined) return false;
  const present = await services.registry.tag(target.repository, target.patchTag);
  return present?.digest === target.staged;
}

/** Reserves the tag: persists it in the target before the PUT. */
async function intendTag(
  services: Services,
  held: HeldJob,
  target: Stored<Target>,
  base: Tag,
): Promise<Stored<Target> | undefined> {
  if (target.patchTag !== undefined) return target;
  const choice = await choosePatchTag(services, held.job.runId, target, base);
  if (!choice.ok) {
    await finishTarget(services, target, choice.outcome, choice.changes);
    return undefined;
  }
  return services.targets.change(target, { patchTag: choice.tag });
}

async function shareBlobs(
  services: Services,
  options: {
    readonly from: RepositoryName;
    readonly to: RepositoryName;
    readonly manifest: StoredManifest;
  },
): Promise<void> {
  const { from, to } = options;
  if (from === to) return;
  const manifest = readJson(ImageManifest, options.manifest.bytes);
  if (!manifest.ok) throw new Error(`the verified manifest ${manifest.fault}`);
  const { config, layers } = manifest.value;
  await inParallel([config, ...layers], BLOBS_AT_ONCE, ({ digest }) =>
    services.registry.shareBlob({ from, to, digest }),
  );
}

/**
 * Reads the tag right before and after the PUT, since a registry has no compare-and-swap. Never
 * overwrites a foreign tag that it has seen, and reports a lost race.
 */
async function putTag(
  services: Services,
  held: HeldJob,
  patch: {
    readonly repository: RepositoryName;
    readonly patchTag: Tag;
    readonly base: Tag;
    readonly convention: TagConvention;
    readonly staged: Digest;
    readonly manifest: StoredManifest;
  },
): Promise<'put' | 'put over another' | 'taken' | Outcome> {
  const { registry } = services;
  const { repository, patchTag, staged, manifest } = patch;
  const before = await registry.tag(repository, patchTag);
  if (before !== undefined && before.digest !== staged) {
    if (!(await mayMove(services, patch, before))) return 'taken';
  }
  held.assertHeld();
  try {
    await registry.putManifest(repository, patchTag, manifest);
  } catch (error) {
    if (!(error instanceof RegistryError) || error.code !== 'locked') throw error;
    return { state: 'failed', reason: 'tag-locked', detail: `${repository}:${patchTag} is locked` };
  }
  const after = await registry.tag(repository, patchTag);
  if (after?.digest === staged) {
    return before === undefined && stoodBefore(after) ? 'put over another' : 'put';
  }
  services.log.error('tag race lost', { image: `${repository}:${patchTag}`, digest: staged });
  const detail = `another push took ${patchTag} at the same time`;
  return { state: 'skipped', reason: 'tag-race-lost', detail };
}

/** True for a floating tag that names a patch of ours or of ACR Continuous Patching. */
async function mayMove(
  services: Services,
  {
    repository,
    patchTag,
    base,
    convention,
  }: {
    readonly repository: RepositoryName;
    readonly patchTag: Tag;
    readonly base: Tag;
    readonly convention: TagConvention;
  },
  present: TagAttributes,
): Promise<boolean> {
  if (!isFloating(convention) || baseOfPatchTag(patchTag, convention) !== base) return false;
  const ours = await patchReader(services, repository)(present);
  if (ours !== undefined) return true;
  return (await predecessorReader(services, repository)(present, base)) === 'predecessor';
}

/** True if another push created the tag between our read and our PUT. It can only be reported. */
function stoodBefore({ createdAt, updatedAt }: TagAttributes): boolean {
  return createdAt !== undefined && updatedAt !== undefined && createdAt < updatedAt;
}
