import * as z from 'zod';
import { EXPOSURE_OF, type Exposure } from '../pipeline/records/exposure.ts';
import { mergedPatchDays, timeToPatch } from '../pipeline/records/patch-days.ts';
import type { Run } from '../pipeline/records/run.ts';
import { DEFAULT_TARGET_DAYS, type TargetDays } from '../pipeline/records/target-days.ts';
import { SEVERITIES } from '../report/finding.ts';

const DAY_MS = 24 * 3600 * 1000;
/** The runs whose patches count for the time to patch: those of so many days. */
const PATCHING_DAYS = 90;

const Count = z.number().int().nonnegative();
const Days = Count.nullable();

/** The open findings with a fix of one severity, over all images. */
export const SeverityExposure = z
  .object({
    severity: z.enum(SEVERITIES),
    /** Days within which a fix is to be in a patch. Null without a target. */
    targetDays: Days,
    /** Images with an open finding that has a fix. */
    images: Count,
    /** Those of which one has had a fix for longer than the target. Null without a target. */
    beyondTarget: Days,
    /** Since when the oldest has had a fix. */
    oldestSince: z.iso.datetime().nullable(),
  })
  .meta({ id: 'SeverityExposure' });
export type SeverityExposure = z.infer<typeof SeverityExposure>;

/** How long it took from the first sight of a fix to the patch. Without a severity that had no patch. */
export const SeverityPatchTime = z
  .object({
    severity: z.enum(SEVERITIES),
    /** Findings that were patched. */
    patched: Count,
    meanDays: z.number().nonnegative(),
    /** 95 of 100 were patched within so many days. */
    percentile95Days: Count,
    /** From 0 to 1: patched within the target. Null without a target. */
    withinTarget: z.number().min(0).max(1).nullable(),
  })
  .meta({ id: 'SeverityPatchTime' });
export type SeverityPatchTime = z.infer<typeof SeverityPatchTime>;

/** The targets of the newest run that has some. */
export function targetsOf(newestFirst: readonly Pick<Run, 'targetDays'>[]): TargetDays {
  const known = newestFirst.find(({ targetDays }) => targetDays !== undefined);
  return known?.targetDays ?? DEFAULT_TARGET_DAYS;
}

export function exposureBySeverity(
  images: readonly Exposure[],
  targets: TargetDays,
  now: Date,
): readonly SeverityExposure[] {
  return SEVERITIES.map((severity) => {
    const since = images
      .map((image) => image[EXPOSURE_OF[severity]]?.getTime())
      .filter((time) => time !== undefined);
    const oldest = since.reduce((least, time) => Math.min(least, time), Number.POSITIVE_INFINITY);
    const days = targets[severity];
    const limit = days === undefined ? undefined : now.getTime() - days * DAY_MS;
    return {
      severity,
      targetDays: days ?? null,
      images: since.length,
      beyondTarget: limit === undefined ? null : since.filter((time) => time < limit).length,
      oldestSince: since.length === 0 ? null : new Date(oldest).toISOString(),
    };
  });
}

export function patchTimeBySeverity(
  runs: readonly Pick<Run, 'createdAt' | 'patchDays'>[],
  targets: TargetDays,
  now: Date,
): readonly SeverityPatchTime[] {
  const from = now.getTime() - PATCHING_DAYS * DAY_MS;
  const counted = runs.filter(({ createdAt }) => createdAt.getTime() >= from);
  const sum = mergedPatchDays(counted.map(({ patchDays }) => patchDays));
  return SEVERITIES.flatMap((severity) => {
    const found = timeToPatch(sum, severity, targets);
    if (found === undefined) return [];
    const { patched, mean, percentile95, withinTarget = null } = found;
    const meanDays = Math.round(mean * 10) / 10;
    return [{ severity, patched, meanDays, percentile95Days: percentile95, withinTarget }];
  });
}
