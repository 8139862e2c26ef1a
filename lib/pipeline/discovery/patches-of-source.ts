import type { Digest } from '../../image/digest.ts';
import { baseOfPatchTag, formatPatchTag } from '../../image/patch-tags.ts';
import { Tag } from '../../image/reference.ts';
import type { ChosenConventions } from '../../image/tag-convention.ts';
import type { TagAttributes } from '../../registry/registry.ts';
import type { PatchClaim } from '../inventory/known-patches.ts';
import type { KnownPatch, Target } from '../records/target.ts';

const MAX_KNOWN_PATCHES = 20;
/** Only claims for the present findings are verified, and the newest such claim is enough. */
const MAX_CLAIMS = 5;
const BY_NUMBER = new Intl.Collator('en', { numeric: true });

interface About {
  /** The source's tag. */
  readonly tag: Tag;
  readonly chosen: ChosenConventions;
  readonly tags: ReadonlyMap<Tag, TagAttributes>;
}

/** What a target records of the patches of its source, by what the tags beside it claim to be. */
export function patchesOfSource(
  claims: readonly PatchClaim[],
  source: Digest,
  about: About,
): Pick<Target, 'patches' | 'claims' | 'earlierTag' | 'earlierDigest'> {
  const ofSource = claims
    .filter(({ patch }) => patch.sourceDigest === source)
    .sort((a, b) => BY_NUMBER.compare(a.patch.tag, b.patch.tag));
  const ours = ofSource.filter(({ proven }) => proven).map(({ patch }) => patch);
  const patches = currentPatches(ours, about);
  const unproven = ofSource.filter(({ proven }) => !proven).map(({ patch }) => patch);
  return {
    patches: patches.slice(-MAX_KNOWN_PATCHES),
    ...laggingPatch(ours, patches, about),
    ...(unproven.length > 0 && { claims: unproven.slice(-MAX_CLAIMS) }),
  };
}

/**
 * The newest patch of ours if it still lacks a tag, such as the floating one. The run may end without
 * one of its own, and that patch stays the newest.
 */
function laggingPatch(
  ours: readonly KnownPatch[],
  current: readonly KnownPatch[],
  about: About,
): Pick<Target, 'earlierTag' | 'earlierDigest'> {
  const numbered = ours.findLast((patch) => isUnderTag(patch, about));
  const newest = numbered ?? (current.length === 0 ? ours.at(-1) : undefined);
  if (newest === undefined || newest === current.at(-1)) return {};
  return { earlierTag: newest.tag, earlierDigest: newest.digest };
}

function isUnderTag(patch: KnownPatch, { tag, chosen }: About): boolean {
  return baseOfPatchTag(patch.tag, chosen.convention) === tag;
}

/**
 * The patches that have all of their tags. A patch under a former convention still needs a tag of the
 * present one. The floating tag never moves back: patches older than the one that it names do not need
 * it.
 */
function currentPatches(ours: readonly KnownPatch[], about: About): readonly KnownPatch[] {
  const { tag, chosen, tags } = about;
  const { alsoFloating } = chosen;
  const numbered = ours.filter((patch) => isUnderTag(patch, about));
  const own = ours.filter((patch) => patch.tag === tag);
  if (alsoFloating === undefined) return [...own, ...numbered];
  const floating = Tag.safeParse(formatPatchTag(tag, alsoFloating, 0)).data;
  const digest = floating === undefined ? undefined : tags.get(floating)?.digest;
  const named = numbered.findLastIndex((patch) => patch.digest === digest);
  return [...own, ...numbered.slice(0, named + 1)];
}
