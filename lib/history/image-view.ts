import * as z from 'zod';
import { Counts, type InventoryTag } from '../pipeline/records/inventory-tag.ts';
import { Reason } from '../pipeline/records/reasons.ts';
import { TargetState } from '../pipeline/records/target-states.ts';
import { Count, Flag, Text, Time, viewOf } from './view.ts';

/**
 * The present state of a tag. The counts are those of the image that the tag names; `patch…` those of
 * its newest patch. A count is null if no scan tells it, and never means zero then.
 */
export const ImageView = z
  .object({
    image: z.string(),
    repository: z.string(),
    tag: z.string(),
    state: TargetState,
    reason: Reason.nullable(),
    detail: Text,
    runId: z.string(),
    at: Time,
    present: z.boolean(),
    presentAt: Time,
    goneAt: Time,
    staleSince: Time,
    digest: Text,
    sourceDigest: Text,
    isPatch: Flag,
    origin: Text,
    counts: Counts,
    critical: Count,
    high: Count,
    medium: Count,
    low: Count,
    unknown: Count,
    fixable: Count,
    packagesCovered: Count,
    packagesUncovered: Count,
    scannedAt: Time,
    patchTag: Text,
    patchDigest: Text,
    patchSeenAt: Time,
    patchCounts: Counts.nullable(),
    patchCritical: Count,
    patchHigh: Count,
    patchMedium: Count,
    patchLow: Count,
    patchUnknown: Count,
    patchFixable: Count,
    patchScannedAt: Time,
    /** Since when its oldest open finding of each severity has had a fix, and when that was found. */
    openSinceCritical: Time,
    openSinceHigh: Time,
    openSinceMedium: Time,
    openSinceLow: Time,
    openSinceUnknown: Time,
    unlisted: Count,
    examinedAt: Time,
    change: Text,
    changedIn: Text,
    changedAt: Time,
    previousDigest: Text,
    movedAt: Time,
  })
  .meta({ id: 'Image' });
export type ImageView = z.infer<typeof ImageView>;

export function imageView(tag: InventoryTag): ImageView {
  return viewOf(ImageView, { ...tag, image: `${tag.repository}:${tag.tag}` });
}
