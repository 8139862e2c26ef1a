import type { Digest } from '../../image/digest.ts';
import { baseOfPatchTag, type ExistingTag, nextPatchTag } from '../../image/patch-tags.ts';
import type { Tag } from '../../image/reference.ts';
import type { TagConvention } from '../../image/tag-convention.ts';
import { allTags } from '../../registry/all-tags.ts';
import { existingTagReader } from '../inventory/existing-tags.ts';
import { rememberedPatches } from '../inventory/known-patches.ts';
import type { Outcome } from '../records/reasons.ts';
import type { Run } from '../records/run.ts';
import type { RunId } from '../records/run-id.ts';
import type { KnownPatch, Target } from '../records/target.ts';
import type { Services } from '../services.ts';
import type { TargetChanges } from '../stores/target-store.ts';

type Needed = Pick<Services, 'inventory' | 'registry' | 'runs'>;

export type TagChoice =
  | { readonly ok: true; readonly tag: Tag }
  | { readonly ok: false; readonly outcome: Outcome; readonly changes: TargetChanges };

/**
 * Chooses the tag for a patch from the current tags in the registry: one above the highest number.
 * Refuses if the same patch is already published.
 */
export async function choosePatchTag(
  services: Needed,
  runId: RunId,
  target: Target,
  base: Tag,
): Promise<TagChoice> {
  const convention = conventionOf(target, await services.runs.find(runId));
  const tags = (await allTags(services.registry, target.repository)) ?? new Map();
  const { readExisting } = existingTagReader(services, target.repository);
  const existing: ExistingTag[] = [];
  for (const attributes of tags.values()) {
    if (baseOfPatchTag(attributes.tag, convention) !== base) continue;
    // An accepted claim stays under its tag, as does a patch whose floating tag points elsewhere.
    const stays = target.claimed === true || target.alsoFloating !== undefined;
    if (stays && attributes.digest === target.staged) return { ok: true, tag: attributes.tag };
    const read = await readExisting(attributes, base);
    const { claim } = read;
    if (claim?.proven === true && isSamePatch(claim.patch, target)) {
      const { tag, digest } = claim.patch;
      return {
        ok: false,
        outcome: { state: 'already-patched', detail: tag },
        changes: { patchTag: tag, patchDigest: digest },
      };
    }
    existing.push(read.existing);
  }
  const other = await otherPatch(services, target);
  if (other !== undefined) {
    const outcome = { state: 'already-patched', detail: other } as const;
    return { ok: false, outcome, changes: { patchDigest: other } };
  }
  const next = nextPatchTag({ base, existing, convention });
  if (next.ok) return next;
  const outcome = { state: 'skipped', reason: next.reason, detail: next.detail } as const;
  return { ok: false, outcome, changes: {} };
}

/** Rows of earlier versions lack their own if it is that of the document. */
function conventionOf(target: Target, run: Run | undefined): TagConvention {
  return target.tagConvention ?? run?.tagConvention ?? 'incremental';
}

/** A patch of the same source for the same findings, or for those that this one fixes. */
function isSamePatch(patch: KnownPatch, target: Target): boolean {
  const { sourceDigest, fingerprint, fixedFingerprint = fingerprint } = target;
  const fixesTheSame = patch.fingerprint === fingerprint || patch.fingerprint === fixedFingerprint;
  return patch.sourceDigest === sourceDigest && fixesTheSame;
}

/**
 * Finds another patch of the same source for the same findings, under any tag: two must not exist.
 * Another run may have published one if this run's claim expired.
 */
async function otherPatch(services: Needed, target: Target): Promise<Digest | undefined> {
  if (target.sourceDigest === undefined) return undefined;
  const patches = await rememberedPatches(services, target.repository, target.sourceDigest);
  const other = patches.find(
    (patch) => patch.fingerprint === target.fingerprint && patch.digest !== target.staged,
  );
  return other?.digest;
}
