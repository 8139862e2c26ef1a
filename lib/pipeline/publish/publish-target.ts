import { ImageManifest } from '../../image/manifest.ts';
import type { RepositoryName, Tag } from '../../image/reference.ts';
import { inParallel } from '../../in-parallel.ts';
import { readJson } from '../../json/read-json.ts';
import type { StoredManifest } from '../../registry/registry.ts';
import type { HeldJob } from '../held-job.ts';
import { settleBackOff } from '../inventory/back-off.ts';
import type { Outcome } from '../records/reasons.ts';
import type { Target } from '../records/target.ts';
import { recordPublished } from '../results/record-findings.ts';
import type { Services } from '../services.ts';
import type { Stored } from '../stores/stored.ts';
import { finishTarget } from '../targets/change-target.ts';
import { attachReferrers } from './attach-referrers.ts';
import { choosePatchTag } from './choose-patch-tag.ts';
import { moveFloatingTag } from './move-floating-tag.ts';
import { putTag, type TaggedPatch } from './put-tag.ts';

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
  const mayNeedSource = !done || target.alsoFloating !== undefined;
  const source = mayNeedSource ? await registry.tag(repository, tag) : undefined;
  const isUnchanged = source?.digest === target.digest;
  if (!done && !isUnchanged) {
    await finishTarget(services, target, { state: 'skipped', reason: 'source-changed' });
    return;
  }
  const intended = await intendTag(services, held, target, tag);
  if (intended?.patchTag === undefined) return;
  const { patchTag, sourceDigest, tagConvention: convention = 'floating' } = intended;
  const mayStand = target.claimed === true || target.alsoFloating !== undefined;
  const present = done || (mayStand && (await alreadyPublished(services, intended)));

  if (sourceDigest === undefined) throw new Error('a target to be published has no source');
  const newest = { patch: staged, runId: held.job.runId };
  await services.inventory.rememberNewest({ repository, digest: sourceDigest }, newest);
  const manifest = await registry.manifest(present ? repository : stagedRepository, staged);
  if (manifest === undefined) {
    const detail = 'the verified patch is no longer in the staging repository';
    await finishTarget(services, intended, { state: 'failed', reason: 'staging-missing', detail });
    return;
  }
  const patch = { repository, patchTag, base: tag, convention, staged, manifest };
  let replacedPush = false;
  if (!present) {
    await shareBlobs(services, { from: stagedRepository, to: repository, manifest });
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
  }
  await finishPut(services, held, intended, { patch, isUnchanged, replacedPush, present });
}

/** What remains once the patch has its tag: the floating tag, the referrers, and the end of the target. */
async function finishPut(
  services: Services,
  held: HeldJob,
  target: Stored<Target>,
  published: {
    readonly patch: TaggedPatch;
    readonly isUnchanged: boolean;
    readonly replacedPush: boolean;
    readonly present: boolean;
  },
): Promise<void> {
  const { patch, isUnchanged, present } = published;
  const { patchTag, staged, manifest } = patch;
  const { alsoFloating } = target;
  // A floating tag stays behind a source that was pushed again: the next run moves it.
  const moved =
    alsoFloating !== undefined && isUnchanged
      ? await moveFloatingTag(services, held, { ...patch, alsoFloating })
      : undefined;
  held.assertHeld();
  await attachReferrers(services, target, {
    digest: staged,
    mediaType: manifest.mediaType,
    size: manifest.bytes.length,
  });
  const exposure = await recordPublished(services, target, staged);
  await settleBackOff(services, target);
  // Another run made the patch, before the tables were lost.
  const adopted = target.claimed === true && present;
  const good: Outcome = adopted
    ? { state: 'already-patched', detail: patchTag }
    : { state: 'patched' };
  const replacedPush = published.replacedPush || (moved?.ok === true && moved.replacedPush);
  await finishTarget(services, target, moved?.ok === false ? moved.outcome : good, {
    patchDigest: staged,
    ...exposure,
    ...(moved?.ok === true && { floatingTag: moved.tag }),
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
