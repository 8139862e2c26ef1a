import type { Digest } from '../../lib/image/digest.ts';
import type { Target } from '../../lib/pipeline/records/target.ts';
import type { TargetState } from '../../lib/pipeline/records/target-states.ts';
import { imageOf } from '../world/seed/run-tables.ts';

/** Numbers of findings by severity; `fixable` counts those with a fixed version. */
export interface Findings {
  readonly critical: number;
  readonly high: number;
  readonly medium: number;
  readonly low: number;
  readonly unknown: number;
}

/** The outcome of one target, as the demo shows it. */
export interface DemoOutcome {
  readonly image: string;
  readonly state: TargetState;
  readonly reason: string | undefined;
  readonly detail: string | undefined;
  readonly sourceDigest: Digest | undefined;
  /** Absent if nothing was scanned. */
  readonly before: (Findings & { readonly fixable: number }) | undefined;
  /** Packages that advisories cover, and all. Absent if they cover every package. */
  readonly coverage?: { readonly covered: number; readonly all: number };
  /** Absent if nothing was published. */
  readonly after: Findings | undefined;
  readonly patchTag: string | undefined;
  readonly patchDigest: Digest | undefined;
  /** Seconds from discovery to the end. */
  readonly seconds: number;
  /** Blobs in the container patchwright-reports. */
  readonly reportBefore: string | undefined;
  readonly reportAfter: string | undefined;
}

export function outcomeOf(row: Target): DemoOutcome {
  const { finishedAt = row.discoveredAt } = row;
  return {
    image: imageOf(row),
    state: row.state,
    reason: row.reason,
    detail: row.detail,
    sourceDigest: row.sourceDigest,
    before: beforeOf(row),
    ...coverageIn(row),
    after: row.state === 'patched' ? afterOf(row) : undefined,
    patchTag: row.patchTag,
    patchDigest: row.patchDigest,
    seconds: (finishedAt.getTime() - row.discoveredAt.getTime()) / 1000,
    reportBefore: row.reportBefore,
    reportAfter: row.reportAfter,
  };
}

export function totalOf(findings: Findings): number {
  const { critical, high, medium, low, unknown } = findings;
  return critical + high + medium + low + unknown;
}

function beforeOf(row: Target): DemoOutcome['before'] {
  if (row.beforeCritical === undefined) return undefined;
  return {
    critical: row.beforeCritical,
    high: row.beforeHigh ?? 0,
    medium: row.beforeMedium ?? 0,
    low: row.beforeLow ?? 0,
    unknown: row.beforeUnknown ?? 0,
    fixable: row.beforeFixable ?? 0,
  };
}

function coverageIn({
  packagesCovered: covered = 0,
  packagesUncovered: uncovered = 0,
}: Target): Pick<DemoOutcome, 'coverage'> {
  return uncovered === 0 ? {} : { coverage: { covered, all: covered + uncovered } };
}

function afterOf(row: Target): Findings | undefined {
  if (row.afterCritical === undefined) return undefined;
  return {
    critical: row.afterCritical,
    high: row.afterHigh ?? 0,
    medium: row.afterMedium ?? 0,
    low: row.afterLow ?? 0,
    unknown: row.afterUnknown ?? 0,
  };
}
