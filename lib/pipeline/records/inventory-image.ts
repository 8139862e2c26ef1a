import { z } from 'zod';
import { Digest } from '../../image/digest.ts';
import { RepositoryName } from '../../image/reference.ts';
import type { Run } from './run.ts';
import type { RunId } from './run-id.ts';

const Count = z.number().int().nonnegative();

/**
 * An image by its digest: the run that claims it, the patches published of it, and how long to leave
 * it alone after a patch that failed.
 */
export const InventoryImage = z.object({
  repository: RepositoryName,
  digest: Digest,
  /** The run that works on it; empty: none. */
  claimedBy: z.string(),
  claimedUntil: z.date().optional(),
  /** Patches published from this source, the newest last. */
  patchDigests: z.array(Digest).readonly(),
  failedRun: z.string().optional(),
  failedFingerprint: z.string().optional(),
  failedTools: z.string().optional(),
  /** Of what the patch fixes that was published for some of `failedFingerprint`. */
  partialFingerprint: z.string().optional(),
  failures: Count,
  retryAfter: z.date().optional(),
});
export type InventoryImage = z.infer<typeof InventoryImage>;

/** Names an image. */
export type ImageName = Pick<InventoryImage, 'repository' | 'digest'>;

export function unknownImage({ repository, digest }: ImageName): InventoryImage {
  return { repository, digest, claimedBy: '', patchDigests: [], failures: 0 };
}

/** A job that began before its run's deadline may go on for an attempt and its end. */
const CLAIM_MARGIN_MS = 3600 * 1000;

/** The image with this run's claim; undefined if another run's claim has not expired. */
export function withClaim(
  image: InventoryImage,
  run: Pick<Run, 'id' | 'deadline'>,
  now: Date,
): InventoryImage | undefined {
  const { claimedBy, claimedUntil } = image;
  const expired = claimedUntil !== undefined && claimedUntil <= now;
  if (claimedBy !== '' && claimedBy !== run.id && !expired) return undefined;
  const until = new Date(run.deadline.getTime() + CLAIM_MARGIN_MS);
  return { ...image, claimedBy: run.id, claimedUntil: until };
}

/** The image without this run's claim; undefined if the run has none. */
export function withoutClaim(image: InventoryImage, runId: RunId): InventoryImage | undefined {
  if (image.claimedBy !== runId) return undefined;
  return { ...image, claimedBy: '', claimedUntil: undefined };
}

/** Patches of one source that its column can hold: more than a year of daily ones. */
const REMEMBERED_PATCHES = 420;

/** The image with these patches too; undefined if it has them all. */
export function withPatches(
  image: InventoryImage,
  patches: readonly Digest[],
): InventoryImage | undefined {
  const known = new Set(image.patchDigests);
  if (patches.every((patch) => known.has(patch))) return undefined;
  const all = [...new Set([...image.patchDigests, ...patches])];
  return { ...image, patchDigests: all.slice(-REMEMBERED_PATCHES) };
}

const FIRST_BACK_OFF_HOURS = 20;
const LONGEST_BACK_OFF_HOURS = 14 * 24;
const HOUR_MS = 3600 * 1000;

/** A patch of an image that failed, was rejected, changed nothing, or fixes only a part. */
export interface PatchFailure {
  readonly runId: RunId;
  /** Of the findings that the patch was for. */
  readonly fingerprint: string;
  /** Of the findings that it fixes all the same. */
  readonly fixedFingerprint?: string | undefined;
  /** The worker's image. */
  readonly tools: string;
  readonly at: Date;
}

/**
 * The image left alone for these findings, longer after each failure; undefined if the run's failure
 * is counted already. One run counts once, however many tags the image has.
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

/** The image without its failures; undefined if it has none. */
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
