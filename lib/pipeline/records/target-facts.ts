import { formatPatchTag } from '../../image/patch-tags.ts';
import { Tag } from '../../image/reference.ts';
import { exposureIn } from './exposure.ts';
import type { Ending, Findings, NewestPatch, Presence, TagFacts } from './inventory-tag.ts';
import { NO_PATCH, UNKNOWN_FINDINGS } from './inventory-tag.ts';
import type { Target } from './target.ts';

/** What an ended target tells about its tag. */
export function targetFacts(target: Target & { readonly tag: Tag }): TagFacts {
  return {
    presence: presenceIn(target),
    ending: endingOf(target),
    findings: findingsIn(target),
    patch: patchIn(target),
    exposure: exposureIn(target),
  };
}

function presenceIn(target: Target): Presence {
  const { discoveredAt, digest, sourceDigest, isPatch, origin } = target;
  const gone = target.reason === 'not-found';
  return {
    present: !gone,
    presentAt: discoveredAt,
    ...(gone && { goneAt: discoveredAt }),
    digest,
    sourceDigest,
    isPatch,
    origin,
  };
}

function endingOf(target: Target): Ending {
  const { state, reason, detail, runId } = target;
  return { state, reason, detail, runId, at: evidenceAt(target) };
}

/** Reasons of a run that only looked, or stopped. It knows no more than at its scan. */
const NO_RESULT: ReadonlySet<Target['reason']> = new Set([
  'canceled',
  'dry-run',
  'internal-error',
  'registry-error',
  'run-deadline',
  'run-over',
]);

/** Since when the ending is known. Another run may have ended the image after that. */
function evidenceAt({ reason, scannedAt, discoveredAt, finishedAt }: Target): Date {
  if (NO_RESULT.has(reason)) return scannedAt ?? discoveredAt;
  return finishedAt ?? discoveredAt;
}

function findingsIn(target: Target): Findings {
  const { scannedAt, packagesCovered, packagesUncovered, databaseTime } = target;
  const coverage = { packagesCovered, packagesUncovered, databaseTime };
  if (target.isPatch === true) return { ...findingsOfPatch(target), ...coverage };
  if (target.beforeCritical === undefined) return { ...UNKNOWN_FINDINGS, ...coverage, scannedAt };
  return {
    counts: 'known',
    critical: target.beforeCritical,
    high: target.beforeHigh,
    medium: target.beforeMedium,
    low: target.beforeLow,
    unknown: target.beforeUnknown,
    fixable: target.beforeFixable,
    ...coverage,
    scannedAt,
  };
}

/** The scan was one of the source. The tag has the findings of the patch, if that is the newest. */
function findingsOfPatch(target: Target): Findings {
  const patch = patchIn(target);
  if (patch.patchDigest !== target.digest || patch.patchCounts !== 'known') {
    return { ...UNKNOWN_FINDINGS, scannedAt: target.scannedAt };
  }
  return {
    counts: 'known',
    critical: patch.patchCritical,
    high: patch.patchHigh,
    medium: patch.patchMedium,
    low: patch.patchLow,
    unknown: patch.patchUnknown,
    fixable: patch.patchFixable,
    scannedAt: patch.patchScannedAt,
  };
}

/** The newest patch with the floating tag that points to it, if its repository has two conventions. */
function patchIn(target: Target): NewestPatch {
  const patch = taggedPatchIn(target);
  const { patchDigest } = patch;
  const { tag, alsoFloating, floatingTag, patches } = target;
  if (alsoFloating === undefined || patchDigest === undefined) return patch;
  // Of the known patches, the floating tag points to the newest.
  const isNamed = patches.at(-1)?.digest === patchDigest;
  const moved = isNamed ? Tag.safeParse(formatPatchTag(tag, alsoFloating, 0)).data : floatingTag;
  return { ...patch, ...(moved !== undefined && { patchFloatingTag: moved }) };
}

/** The patch of this run; else the newest earlier one, with its findings by this run's scan. */
function taggedPatchIn(target: Target): NewestPatch {
  const { patchDigest, patchTag, earlierDigest, earlierTag } = target;
  if (patchDigest !== undefined) {
    const patch = { patchTag, patchDigest };
    if (target.afterCritical !== undefined) return { ...patch, ...verified(target) };
    if (earlierDigest === patchDigest) return { ...patch, ...recounted(target) };
    return { ...patch, patchSeenAt: patchSeenAt(target), patchCounts: 'unknown' };
  }
  if (earlierDigest !== undefined) {
    return { patchTag: earlierTag, patchDigest: earlierDigest, ...recounted(target) };
  }
  const newest = target.patches.at(-1);
  if (newest === undefined) return { ...NO_PATCH, patchSeenAt: target.discoveredAt };
  return {
    patchTag: newest.tag,
    patchDigest: newest.digest,
    patchSeenAt: target.discoveredAt,
    patchCounts: 'unknown',
  };
}

/**
 * A newer patch may have followed one that was published before this run. Its publisher has recorded it,
 * except if the tables were lost since: then this run adopts the patch that claimed to be ours.
 */
function patchSeenAt(target: Target): Date | undefined {
  const { state, claimed, staged, patchDigest, discoveredAt, finishedAt } = target;
  const adopted = claimed === true && patchDigest === staged;
  return state === 'patched' || adopted ? finishedAt : discoveredAt;
}

function verified(target: Target): NewestPatch {
  return {
    patchSeenAt: patchSeenAt(target),
    patchCounts: 'known',
    patchCritical: target.afterCritical,
    patchHigh: target.afterHigh,
    patchMedium: target.afterMedium,
    patchLow: target.afterLow,
    patchUnknown: target.afterUnknown,
    patchFixable: target.afterFixable ?? 0,
    patchScannedAt: target.verifiedAt,
  };
}

function recounted(target: Target): NewestPatch {
  const { scannedAt: patchScannedAt, discoveredAt: patchSeenAt } = target;
  if (target.earlierCritical === undefined) {
    return { patchSeenAt, patchCounts: 'unknown', patchScannedAt };
  }
  return {
    patchSeenAt,
    patchCounts: 'known',
    patchCritical: target.earlierCritical,
    patchHigh: target.earlierHigh,
    patchMedium: target.earlierMedium,
    patchLow: target.earlierLow,
    patchUnknown: target.earlierUnknown,
    patchFixable: target.earlierFixable,
    patchScannedAt,
  };
}
