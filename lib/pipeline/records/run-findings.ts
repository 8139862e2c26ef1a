import * as z from 'zod';
import { mergedPatchDays, type PatchDays } from './patch-days.ts';
import { imageKey, type Target } from './target.ts';

const Sum = z.number().int().nonnegative().optional();

/**
 * Findings that a run's patches removed, and those that remain after it, by severity. An image counts
 * once, with its newest patch if it has one; an image with unknown findings does not count. Rows of
 * earlier versions lack the columns.
 */
export const RUN_FINDING_COLUMNS = {
  removedCritical: Sum,
  removedHigh: Sum,
  removedMedium: Sum,
  removedLow: Sum,
  removedUnknown: Sum,
  remainingCritical: Sum,
  remainingHigh: Sum,
  remainingMedium: Sum,
  remainingLow: Sum,
  remainingUnknown: Sum,
};
/** Takes these columns from a run. */
export const FindingSums = z.object(RUN_FINDING_COLUMNS);
type Sums = Record<keyof typeof RUN_FINDING_COLUMNS, number>;
export type RunFindings = Sums & { readonly patchDays: PatchDays };

const SEVERITIES = ['Critical', 'High', 'Medium', 'Low', 'Unknown'] as const;
type Severity = (typeof SEVERITIES)[number];

/** Sums the findings of a run's targets. */
export function runFindings(targets: readonly Target[]): RunFindings {
  const images = new Map<string, Target>();
  for (const target of targets) {
    const known = images.get(imageKey(target));
    if (known === undefined || rank(target) > rank(known)) images.set(imageKey(target), target);
  }
  const sums = { ...NO_FINDINGS };
  for (const target of images.values()) {
    for (const severity of SEVERITIES) {
      const { removed, remaining } = findingsOf(target, severity);
      sums[`removed${severity}`] += removed;
      sums[`remaining${severity}`] += remaining;
    }
  }
  const patchDays = mergedPatchDays([...images.values()].map((target) => target.patchDays));
  return { ...sums, patchDays };
}

const NO_FINDINGS: Sums = {
  ...{ removedCritical: 0, removedHigh: 0, removedMedium: 0, removedLow: 0, removedUnknown: 0 },
  ...{ remainingCritical: 0, remainingHigh: 0, remainingMedium: 0, remainingLow: 0 },
  remainingUnknown: 0,
};

/** Of several tags of one image, the one that tells most about its patch. */
function rank({ state, earlierCritical, beforeCritical }: Target): number {
  if (state === 'patched') return 3;
  if (earlierCritical !== undefined) return 2;
  return beforeCritical === undefined ? 0 : 1;
}

function findingsOf(
  target: Target,
  severity: Severity,
): { readonly removed: number; readonly remaining: number } {
  const before = target[`before${severity}`] ?? 0;
  if (target.state === 'patched') {
    const remaining = target[`after${severity}`] ?? 0;
    return { removed: Math.max(0, before - remaining), remaining };
  }
  return { removed: 0, remaining: target[`earlier${severity}`] ?? before };
}
