import * as z from 'zod';
import { Digest } from '../../image/digest.ts';
import { RepositoryName, Tag } from '../../image/reference.ts';
import { EXPOSURE_COLUMNS, type Exposure, exposureIn } from './exposure.ts';
import { COVERAGE_COLUMNS, FINDING_COLUMNS } from './finding-counts.ts';
import { Origin } from './origin.ts';
import { Reason } from './reasons.ts';
import { TargetState } from './target-states.ts';

/** `unknown`: no scan tells how many findings the image has. It never means none. */
export const Counts = z.enum(['known', 'unknown']);
export type Counts = z.infer<typeof Counts>;

/** The present state of a tag in the policy, over all runs. Each group of columns has its own time. */
export const InventoryTag = z.object({
  repository: RepositoryName,
  tag: Tag,

  /** True until a run finds that the tag was deleted or has left the policy. */
  present: z.boolean(),
  /** When a run last found the tag in the registry. */
  presentAt: z.date(),
  goneAt: z.date().optional(),
  /** Since when runs could not read its repository. Every other column is older. */
  staleSince: z.date().optional(),
  digest: Digest.optional(),
  sourceDigest: Digest.optional(),
  /** The tag names a patch of ours, made from `sourceDigest`. */
  isPatch: z.boolean().optional(),
  /** `predecessor`: a patch that ACR Continuous Patching made of another tag. */
  origin: Origin.optional(),

  /** How the tag ended in the last run that did something about it. */
  state: TargetState,
  reason: Reason.optional(),
  detail: z.string().optional(),
  runId: z.string(),
  at: z.date(),

  /** The findings of the image that the tag names, by the scan at `scannedAt`. */
  counts: Counts,
  ...FINDING_COLUMNS,
  /** Packages that advisories cover, and those of other maintainers, which nobody matched. */
  ...COVERAGE_COLUMNS,
  scannedAt: z.date().optional(),
  /** When the vulnerability database of that scan was made. */
  databaseTime: z.date().optional(),

  /** The newest patch. `patchSeenAt`: when it was published, or last found in the registry. */
  patchTag: Tag.optional(),
  /** A floating tag that points to it besides. */
  patchFloatingTag: Tag.optional(),
  patchDigest: Digest.optional(),
  patchSeenAt: z.date().optional(),
  /** The findings of that patch, as of `patchScannedAt`. */
  patchCounts: Counts.optional(),
  patchCritical: FINDING_COLUMNS.critical,
  patchHigh: FINDING_COLUMNS.high,
  patchMedium: FINDING_COLUMNS.medium,
  patchLow: FINDING_COLUMNS.low,
  patchUnknown: FINDING_COLUMNS.unknown,
  patchFixable: FINDING_COLUMNS.fixable,
  patchScannedAt: z.date().optional(),

  /** Since when the findings of the newest patch, or of the image without one, have had a fix. */
  ...EXPOSURE_COLUMNS,

  /** What the run `changedIn` changed: words such as `new`, `moved`, `findings`, `patch`, `gone`. */
  change: z.string().optional(),
  changedIn: z.string().optional(),
  changedAt: z.date().optional(),
  /** The image that the tag named until it was pushed again, as a run found at `movedAt`. */
  previousDigest: Digest.optional(),
  movedAt: z.date().optional(),
});
export type InventoryTag = z.infer<typeof InventoryTag>;

type Columns<Names extends keyof InventoryTag> = Pick<InventoryTag, Names>;

export type Presence = Columns<
  'present' | 'presentAt' | 'goneAt' | 'digest' | 'sourceDigest' | 'isPatch' | 'origin'
>;
export type Ending = Columns<'state' | 'reason' | 'detail' | 'runId' | 'at'>;
export type Findings = Columns<
  | 'counts'
  | 'scannedAt'
  | 'databaseTime'
  | keyof typeof FINDING_COLUMNS
  | keyof typeof COVERAGE_COLUMNS
>;
export type NewestPatch = Columns<
  | 'patchTag'
  | 'patchFloatingTag'
  | 'patchDigest'
  | 'patchSeenAt'
  | 'patchCounts'
  | 'patchCritical'
  | 'patchHigh'
  | 'patchMedium'
  | 'patchLow'
  | 'patchUnknown'
  | 'patchFixable'
  | 'patchScannedAt'
>;

/** The same record as groups of columns, to merge each by its own time. */
export interface TagFacts {
  readonly presence: Presence;
  readonly ending: Ending;
  readonly findings: Findings;
  readonly patch: NewestPatch;
  readonly exposure: Exposure;
}

export function factsOf(known: InventoryTag): TagFacts {
  const { present, presentAt, goneAt, digest, sourceDigest, isPatch, origin } = known;
  const { state, reason, detail, runId, at } = known;
  const { counts, critical, high, medium, low, unknown, fixable, scannedAt } = known;
  const { packagesCovered, packagesUncovered, databaseTime } = known;
  const { patchTag, patchFloatingTag, patchDigest, patchSeenAt } = known;
  const { patchCounts, patchScannedAt } = known;
  const { patchCritical, patchHigh, patchMedium, patchLow, patchUnknown, patchFixable } = known;
  const numbers = { patchCritical, patchHigh, patchMedium, patchLow, patchUnknown, patchFixable };
  return {
    presence: { present, presentAt, goneAt, digest, sourceDigest, isPatch, origin },
    ending: { state, reason, detail, runId, at },
    findings: {
      ...{ counts, critical, high, medium, low, unknown, fixable },
      ...{ packagesCovered, packagesUncovered, scannedAt, databaseTime },
    },
    patch: {
      ...{ patchTag, patchFloatingTag, patchDigest, patchSeenAt },
      ...{ patchCounts, ...numbers, patchScannedAt },
    },
    exposure: exposureIn(known),
  };
}

export const UNKNOWN_FINDINGS: Findings = { counts: 'unknown' };
export const NO_PATCH: NewestPatch = {};

/** A tag that was deleted, or has left the policy. Nothing scans it, so its counts are unknown. */
export function withoutPresence(
  known: InventoryTag,
  by: { readonly runId: string; readonly at: Date },
): InventoryTag {
  const { repository, tag, presentAt, digest, sourceDigest, origin } = known;
  const { previousDigest, movedAt } = known;
  const gone = { present: false, presentAt, goneAt: by.at, digest, sourceDigest, origin };
  const change = { change: 'gone', changedIn: by.runId, changedAt: by.at, previousDigest, movedAt };
  return { repository, tag, ...gone, ...factsOf(known).ending, ...UNKNOWN_FINDINGS, ...change };
}
