import * as z from 'zod';
import { SEVERITIES, type Severity } from '../../report/finding.ts';
import type { IndexedFinding } from './tag-index.ts';
import type { TargetDays } from './target-days.ts';

const HOUR_MS = 3600 * 1000;
/** The last day stands for all later ones, so that the text is bounded. */
export const MOST_DAYS = 366;

const Count = z.number().int().nonnegative();
const OfSeverity = z.object({
  /** Sum of the hours of all of them, for the mean. */
  hours: z.number().nonnegative(),
  /** How many were patched within so many days: 1 means within 24 hours. */
  days: z.record(z.string().regex(/^\d{1,3}$/), Count),
});

/**
 * How long it took from the first sight of a fix to the published patch, for the findings that a run
 * patched: a histogram for each severity that has any.
 */
export const PatchDays = z.partialRecord(z.enum(SEVERITIES), OfSeverity);
export type PatchDays = z.infer<typeof PatchDays>;

/** The findings that a patch fixes and that were open before. Those without a known fix do not count. */
export function newlyPatched(
  before: ReadonlyMap<string, IndexedFinding>,
  after: ReadonlyMap<string, IndexedFinding>,
): PatchDays {
  const found: PatchDays = {};
  for (const [id, { state, severity, fixSince, patchedAt }] of after) {
    if (state !== 'fixed' || before.get(id)?.state !== 'open') continue;
    if (fixSince === undefined || patchedAt === undefined) continue;
    const hours = Math.max(0, patchedAt.getTime() - fixSince.getTime()) / HOUR_MS;
    const day = String(Math.min(MOST_DAYS, Math.max(1, Math.ceil(hours / 24))));
    const known = found[severity] ?? { hours: 0, days: {} };
    const days = { ...known.days, [day]: (known.days[day] ?? 0) + 1 };
    found[severity] = { hours: rounded(known.hours + hours), days };
  }
  return found;
}

/** Adds histograms. The order does not matter. */
export function mergedPatchDays(all: readonly (PatchDays | undefined)[]): PatchDays {
  const sum: PatchDays = {};
  for (const one of all) {
    for (const severity of SEVERITIES) {
      const added = one?.[severity];
      if (added === undefined) continue;
      const known = sum[severity] ?? { hours: 0, days: {} };
      const days = { ...known.days };
      for (const [day, count] of Object.entries(added.days)) days[day] = (days[day] ?? 0) + count;
      sum[severity] = { hours: rounded(known.hours + added.hours), days };
    }
  }
  return sum;
}

/** The time to patch of one severity over any number of runs. */
export interface TimeToPatch {
  readonly patched: number;
  /** In days. */
  readonly mean: number;
  /** 95 of 100 findings were patched within so many whole days. */
  readonly percentile95: number;
  /** From 0 to 1: patched within the days of the target. Undefined without a target. */
  readonly withinTarget: number | undefined;
}

/** Undefined for a severity of which nothing was patched. */
export function timeToPatch(
  patched: PatchDays,
  severity: Severity,
  targets: TargetDays,
): TimeToPatch | undefined {
  const found = patched[severity];
  const days = Object.entries(found?.days ?? {})
    .map(([day, count]) => ({ day: Number(day), count }))
    .sort((a, b) => a.day - b.day);
  const total = days.reduce((sum, { count }) => sum + count, 0);
  if (found === undefined || total === 0) return undefined;
  let seen = 0;
  let percentile95 = 0;
  for (const { day, count } of days) {
    seen += count;
    percentile95 = day;
    if (seen >= total * 0.95) break;
  }
  const target = targets[severity];
  const within = days.filter(({ day }) => target !== undefined && day <= target);
  const withinTarget =
    target === undefined ? undefined : within.reduce((sum, { count }) => sum + count, 0) / total;
  return { patched: total, mean: found.hours / 24 / total, percentile95, withinTarget };
}

function rounded(hours: number): number {
  return Math.round(hours * 1000) / 1000;
}
