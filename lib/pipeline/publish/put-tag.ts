import type { Digest } from '../../image/digest.ts';
import { baseOfPatchTag } from '../../image/patch-tags.ts';
import type { RepositoryName, Tag } from '../../image/reference.ts';
import { isFloating, type TagConvention } from '../../image/tag-convention.ts';
import { RegistryError, type StoredManifest, type TagAttributes } from '../../registry/registry.ts';
import type { HeldJob } from '../held-job.ts';
import { patchReader } from '../inventory/known-patches.ts';
import { predecessorReader } from '../inventory/predecessor-patches.ts';
import type { Outcome } from '../records/reasons.ts';
import type { Services } from '../services.ts';

/** A verified patch, and the tag that it gets. */
export interface TaggedPatch {
  readonly repository: RepositoryName;
  readonly patchTag: Tag;
  readonly base: Tag;
  readonly convention: TagConvention;
  readonly staged: Digest;
  readonly manifest: StoredManifest;
}

/**
 * Reads the tag right before and after the PUT, since a registry has no compare-and-swap. Never
 * overwrites a foreign tag that it has seen, and reports a lost race.
 */
export async function putTag(
  services: Services,
  held: HeldJob,
  patch: TaggedPatch,
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
    return whatIsLocked(services, patch);
  }
  const after = await registry.tag(repository, patchTag);
  if (after?.digest === staged) {
    if (before !== undefined || !stoodBefore(after)) return 'put';
    const image = `${repository}:${patchTag}`;
    services.log.error('tag race: another push was replaced', { image, digest: staged });
    return 'put over another';
  }
  services.log.error('tag race lost', { image: `${repository}:${patchTag}`, digest: staged });
  const detail = `another push took ${patchTag} at the same time`;
  return { state: 'skipped', reason: 'tag-race-lost', detail };
}

/** The tag, or else the patch's own manifest or the repository: each has a lock of its own. */
async function whatIsLocked(
  { registry }: Pick<Services, 'registry'>,
  { repository, patchTag, staged }: TaggedPatch,
): Promise<Outcome> {
  const tag = await registry.tag(repository, patchTag);
  if (tag?.locked === true) {
    return { state: 'failed', reason: 'tag-locked', detail: `${repository}:${patchTag} is locked` };
  }
  const detail = `${repository}@${staged} or the repository is locked, but not the tag ${patchTag}`;
  return { state: 'failed', reason: 'manifest-locked', detail };
}

/** True for a floating tag that names a patch of ours or of ACR Continuous Patching. */
async function mayMove(
  services: Services,
  { repository, patchTag, base, convention }: TaggedPatch,
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
