import type { Digest } from '../../image/digest.ts';
import { ImageManifest } from '../../image/manifest.ts';
import type { RepositoryName, Tag } from '../../image/reference.ts';
import { inParallel } from '../../in-parallel.ts';
import { RegistryError, type StoredManifest, type TagAttributes } from '../../registry/registry.ts';
import type { Stored } from '../../storage/typed-table.ts';
import type { HeldJob } from '../held-job.ts';
import { endBackOff, rememberPatches } from '../inventory/inventory.ts';
import { patchReader } from '../inventory/known-patches.ts';
import type { Outcome } from '../records/reasons.ts';
import type { TargetRow } from '../records/target-row.ts';
import type { Services } from '../services.ts';
import { finishTarget, writeTarget } from '../targets/change-target.ts';
import { attachReferrers } from './attach-referrers.ts';
import { choosePatchTag } from './choose-patch-tag.ts';

const BLOBS_AT_ONCE = 4;

/**
 * Publishes one verified patch: the tag is chosen and written down, blobs are shared, and one
 * manifest PUT makes it real. Cut anywhere it is done again with the same tag and the same bytes.
 */
export async function publishTarget(
  services: Services,
  held: HeldJob,
  stored: Stored<TargetRow>,
): Promise<void> {
  const { registry } = services;
  const { repository, tag, staged, stagedRepository } = stored.row;
  if (tag === '*' || staged === undefined || stagedRepository === undefined) {
    throw new Error('a target to be published has nothing staged');
  }
  const done = await standsAlready(services, stored.row);
  if (!done) {
    const source = await registry.tag(repository, tag);
    if (source?.digest !== stored.row.digest) {
      await finishTarget(services, stored, { state: 'skipped', reason: 'source-changed' });
      return;
    }
  }
  const intended = await intendTag(services, held, stored, tag);
  if (intended?.row.patchTag === undefined) return;
  const { patchTag } = intended.row;

  const { sourceDigest } = intended.row;
  if (sourceDigest === undefined) throw new Error('a target to be published has no source');
  await rememberPatches(services, { repository, digest: sourceDigest }, [staged]);
  const manifest = await registry.manifest(done ? repository : stagedRepository, staged);
  if (manifest === undefined) {
    const detail = 'the verified patch is no longer in the staging repository';
    await finishTarget(services, intended, { state: 'failed', reason: 'staging-missing', detail });
    return;
  }
  if (!done) {
    await shareBlobs(services, { from: stagedRepository, to: repository, manifest });
    const outcome = await putTag(services, held, { repository, patchTag, staged, manifest });
    if (outcome === 'taken') {
      // Somebody took the number since it was chosen: choose again.
      const { patchTag: _, ...row } = intended.row;
      await writeTarget(services, intended, row);
      return;
    }
    if (typeof outcome !== 'string') {
      await finishTarget(services, intended, outcome);
      return;
    }
    if (outcome === 'put over another') {
      const image = `${repository}:${patchTag}`;
      services.log.error('tag race: another push was replaced', { image, digest: staged });
    }
  }
  held.assertHeld();
  await attachReferrers(services, intended.row, {
    digest: staged,
    mediaType: manifest.mediaType,
    size: manifest.bytes.length,
  });
  await endBackOff(services, { repository, digest: sourceDigest });
  await finishTarget(services, intended, { state: 'patched' }, { patchDigest: staged });
}

/** A step that was cut off after the PUT finds its patch under the tag that it had written down. */
export async function standsAlready(services: Services, target: TargetRow): Promise<boolean> {
  if (target.patchTag === undefined) return false;
  const present = await services.registry.tag(target.repository, target.patchTag);
  return present?.digest === target.staged;
}

/** Intent before effect: the tag stands in the row before anything is written under it. */
async function intendTag(
  services: Services,
  held: HeldJob,
  stored: Stored<TargetRow>,
  base: Tag,
): Promise<Stored<TargetRow> | undefined> {
  if (stored.row.patchTag !== undefined) return stored;
  const choice = await choosePatchTag(services, held.row.partitionKey, stored.row, base);
  if (!choice.ok) {
    await finishTarget(services, stored, choice.outcome, choice.changes);
    return undefined;
  }
  return writeTarget(services, stored, { ...stored.row, patchTag: choice.tag });
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
  const text = Buffer.from(options.manifest.bytes).toString('utf8');
  const manifest = ImageManifest.parse(JSON.parse(text));
  await inParallel([manifest.config, ...manifest.layers], BLOBS_AT_ONCE, ({ digest }) =>
    services.registry.shareBlob({ from, to, digest }),
  );
}

/**
 * A registry has no compare-and-swap: the tag is read right before the PUT and again after it. What
 * is not ours is never overwritten knowingly, and a race that was lost all the same is reported.
 */
async function putTag(
  services: Services,
  held: HeldJob,
  patch: {
    readonly repository: RepositoryName;
    readonly patchTag: Tag;
    readonly staged: Digest;
    readonly manifest: StoredManifest;
  },
): Promise<'put' | 'put over another' | 'taken' | Outcome> {
  const { registry } = services;
  const { repository, patchTag, staged, manifest } = patch;
  const before = await registry.tag(repository, patchTag);
  if (before !== undefined && before.digest !== staged) {
    const floating = patchTag.endsWith('-patched');
    const ours = await patchReader(services, repository)(before);
    if (!floating || ours === undefined) return 'taken';
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

/**
 * Whether somebody made the tag between our look and our PUT: then it was made before it was last
 * put. Nothing can be undone: it is reported.
 */
function stoodBefore({ createdAt, updatedAt }: TagAttributes): boolean {
  return createdAt !== undefined && updatedAt !== undefined && createdAt < updatedAt;
}
