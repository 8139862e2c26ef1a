import * as z from 'zod';
import { Digest } from '../../image/digest.ts';
import { RepositoryName } from '../../image/reference.ts';
import type { Run } from './run.ts';
import { RunId } from './run-id.ts';

const Count = z.number().int().nonnegative();

/**
 * An image by its digest: the run that claims it, its published patches, and its back-off after a
 * failed patch.
 */
export const InventoryImage = z.object({
  repository: RepositoryName,
  digest: Digest,
  /** The run that claims it. Empty for none. */
  claimedBy: z.union([RunId, z.literal('')]),
  claimedUntil: z.date().optional(),
  /** Patches published from this source, newest last. */
  patchDigests: z.array(Digest).readonly(),
  /** The newest of them, and the run that has its reports. */
  newestPatch: Digest.optional(),
  newestRun: RunId.optional(),
  failedRun: z.string().optional(),
  failedFingerprint: z.string().optional(),
  failedTools: z.string().optional(),
  /** Fingerprint of the fixed findings, if a published patch fixes part of `failedFingerprint`. */
  partialFingerprint: z.string().optional(),
  failures: Count,
  retryAfter: z.date().optional(),
});
export type InventoryImage = z.infer<typeof InventoryImage>;

/** Identifies an image. */
export type ImageName = Pick<InventoryImage, 'repository' | 'digest'>;

export function unknownImage({ repository, digest }: ImageName): InventoryImage {
  return { repository, digest, claimedBy: '', patchDigests: [], failures: 0 };
}

/** A job that starts just before its run's deadline needs the claim until its attempt has ended. */
const CLAIM_MARGIN_MS = 3600 * 1000;

/** When another run's claim no longer counts: after its expiry, or if that run has ended. */
export interface ClaimTerms {
  readonly now: Date;
  /** Runs that have ended. */
  readonly over: ReadonlySet<string>;
}

/** Adds this run's claim. Returns undefined if another run's claim still counts. */
export function withClaim(
  image: InventoryImage,
  run: Pick<Run, 'id' | 'deadline'>,
  { now, over }: ClaimTerms,
): InventoryImage | undefined {
  const { claimedBy, claimedUntil } = image;
  const expired = over.has(claimedBy) || (claimedUntil !== undefined && claimedUntil <= now);
  if (claimedBy !== '' && claimedBy !== run.id && !expired) return undefined;
  const until = new Date(run.deadline.getTime() + CLAIM_MARGIN_MS);
  return { ...image, claimedBy: run.id, claimedUntil: until };
}

/** Removes this run's claim. Returns undefined if the run has none. */
export function withoutClaim(image: InventoryImage, runId: RunId): InventoryImage | undefined {
  if (image.claimedBy !== runId) return undefined;
  return { ...image, claimedBy: '', claimedUntil: undefined };
}

/** Limit of patches per source, to fit in a column: more than a year of daily patches. */
const REMEMBERED_PATCHES = 420;

/** Adds these patches. Returns undefined if all are known. */
export function withPatches(
  image: InventoryImage,
  patches: readonly Digest[],
): InventoryImage | undefined {
  const known = new Set(image.patchDigests);
  if (patches.every((patch) => known.has(patch))) return undefined;
  const all = [...new Set([...image.patchDigests, ...patches])];
  return { ...image, patchDigests: all.slice(-REMEMBERED_PATCHES) };
}

/** Adds the patch that a run publishes. Returns undefined if it is known as this run's. */
export function withNewestPatch(
  image: InventoryImage,
  newest: { readonly patch: Digest; readonly runId: RunId },
): InventoryImage | undefined {
  const { patch: newestPatch, runId: newestRun } = newest;
  const added = withPatches(image, [newestPatch]);
  const known = image.newestPatch === newestPatch && image.newestRun === newestRun;
  return added === undefined && known ? undefined : { ...(added ?? image), newestPatch, newestRun };
}

const FIRST_BACK_OFF_HOURS = 20;
const LONGEST_BACK_OFF_HOURS = 14 * 24;
const HOUR_MS = 3600 * 1000;

/** A patch that failed, was rejected, changed nothing, or is partial. */
export interface PatchFailure {
  readonly runId: RunId;
  /** Fingerprint of the findings to fix. */
  readonly fingerprint: string;
  /** Fingerprint of the findings that a partial patch fixes. */
  readonly fixedFingerprint?: string | undefined;
  /** Reference of the worker image. */
  readonly tools: string;
  readonly at: Date;
}

/**
 * Backs off the image for these findings, longer after each failure. Returns undefined if the run's
 * failure is already counted: a run counts once, even if the image has several tags.
 */
export function withFailure(
  image: InventoryImage,
  failure: PatchFailure,
): InventoryImage | undefined {
  const { runId, fingerprint, tools, at } = failure;
  if (image.failedRun === runId) return undefined;
  const again = image.failedFingerprint === fingerprint;
  const failures = again ? image.failures + 1 : 1;
  const hours = Math.min(FIRST_BACK_OFF_HOURS * 2 ** (failures - 1), LONGEST_BACK_OFF_HOURS);
  return {
    ...image,
    failures,
    failedRun: runId,
    failedFingerprint: fingerprint,
    failedTools: tools,
    partialFingerprint: failure.fixedFingerprint ?? (again ? image.partialFingerprint : undefined),
    retryAfter: new Date(at.getTime() + hours * HOUR_MS),
  };
}

/** Removes the failures. Returns undefined if the image has none. */
export function withoutFailures(image: InventoryImage): InventoryImage | undefined {
  if (image.failures === 0) return undefined;
  return {
    ...image,
    failures: 0,
    failedRun: undefined,
    failedFingerprint: undefined,
    failedTools: undefined,
    partialFingerprint: undefined,
    retryAfter: undefined,
  };
}
