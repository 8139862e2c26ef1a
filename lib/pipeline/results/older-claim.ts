import { baseOfPatchTag } from '../../image/patch-tags.ts';
import { isFloating } from '../../image/tag-convention.ts';
import type { KnownPatch, Target } from '../records/target.ts';

/** The claim under the floating tag of a target, which keeps that tag from any patch of ours. */
export function blockingClaim(target: Target): KnownPatch | undefined {
  const { tag, tagFault, tagConvention = 'floating', alsoFloating, claims = [] } = target;
  const convention = alsoFloating ?? tagConvention;
  if (tagFault !== 'tag-ambiguous' || !isFloating(convention)) return undefined;
  return claims.find((claim) => baseOfPatchTag(claim.tag, convention) === tag);
}

/**
 * The claim that an image's targets verify, if it is for other findings than those of today: after the
 * tables were lost, a patch of ours before a new advisory, or one that fixed only a part.
 */
export function olderClaim(targets: readonly Target[]): KnownPatch | undefined {
  const [first] = targets;
  if (first?.claimed !== true) return undefined;
  const claim = targets
    .flatMap(({ claims = [] }) => claims)
    .find(({ digest }) => digest === first.staged);
  return claim?.fingerprint === first.fingerprint ? undefined : claim;
}
