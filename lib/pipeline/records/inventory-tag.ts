import { z } from 'zod';
import { Digest } from '../../image/digest.ts';
import { RepositoryName, Tag } from '../../image/reference.ts';
import { Reason } from './reasons.ts';
import type { Target } from './target.ts';
import { TargetState } from './target-states.ts';

const Count = z.number().int().nonnegative();

/** The state of a tag at the end of the last run that covered it. */
export const InventoryTag = z.object({
  repository: RepositoryName,
  tag: Tag,
  state: TargetState,
  reason: Reason.optional(),
  runId: z.string(),
  at: z.date(),
  digest: Digest.optional(),
  sourceDigest: Digest.optional(),
  patchTag: Tag.optional(),
  patchDigest: Digest.optional(),
  critical: Count.optional(),
  high: Count.optional(),
  medium: Count.optional(),
  low: Count.optional(),
  unknown: Count.optional(),
  fixable: Count.optional(),
});
export type InventoryTag = z.infer<typeof InventoryTag>;

/** Returns the tag's new record after a run, or undefined if nothing changed. */
export function withTarget(
  known: InventoryTag | undefined,
  target: Target & { readonly tag: Tag },
  at: Date,
): InventoryTag | undefined {
  const found = tagOf(target, at);
  if (known === undefined) return found;
  return isNews(found, known) ? { ...stillTrue(target, known), ...found } : undefined;
}

function tagOf(target: Target & { readonly tag: Tag }, at: Date): InventoryTag {
  return {
    repository: target.repository,
    tag: target.tag,
    state: target.state,
    runId: target.runId,
    at,
    ...(target.reason !== undefined && { reason: target.reason }),
    ...(target.digest !== undefined && { digest: target.digest }),
    ...(target.sourceDigest !== undefined && { sourceDigest: target.sourceDigest }),
    ...(target.patchTag !== undefined && { patchTag: target.patchTag }),
    ...(target.patchDigest !== undefined && { patchDigest: target.patchDigest }),
    ...present(target),
  };
}

/** The newest run wins. */
function isNews(found: InventoryTag, known: InventoryTag): boolean {
  if (found.runId !== known.runId) return found.runId > known.runId;
  return found.state !== known.state || found.reason !== known.reason;
}

/** Keeps an earlier run's facts about the same image if this run did not scan it or its patch. */
function stillTrue(target: Target, known: InventoryTag): Partial<InventoryTag> {
  if (known.digest !== target.digest) return {};
  const { critical, high, medium, low, unknown, fixable } = known;
  const counts = { critical, high, medium, low, unknown, fixable };
  if (target.state === 'already-patched') {
    return known.patchDigest === target.patchDigest ? defined(counts) : {};
  }
  if (target.beforeCritical !== undefined) return {};
  const { patchTag, patchDigest } = known;
  return defined({ ...counts, patchTag, patchDigest });
}

/** Counts the findings in the newest image of this tag: in the patch if it has one. */
function present(target: Target): Partial<InventoryTag> {
  // The existing patch fixes exactly these findings. An earlier run has recorded the other counts.
  if (target.state === 'already-patched') {
    return target.fixedFingerprint === undefined ? { fixable: 0 } : {};
  }
  const after = target.state === 'patched' && target.afterCritical !== undefined;
  const counts = after
    ? {
        critical: target.afterCritical,
        high: target.afterHigh,
        medium: target.afterMedium,
        low: target.afterLow,
        unknown: target.afterUnknown,
        fixable: target.afterFixable ?? 0,
      }
    : {
        critical: target.beforeCritical,
        high: target.beforeHigh,
        medium: target.beforeMedium,
        low: target.beforeLow,
        unknown: target.beforeUnknown,
        fixable: target.beforeFixable,
      };
  return defined(counts);
}

function defined(columns: Partial<InventoryTag>): Partial<InventoryTag> {
  return Object.fromEntries(Object.entries(columns).filter(([, value]) => value !== undefined));
}
