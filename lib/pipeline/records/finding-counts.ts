import * as z from 'zod';
import { countBySeverity, type Finding } from '../../report/finding.ts';

const Count = z.number().int().nonnegative();

/** Numbers of an image's findings, by severity, and of those with a fixed version. */
export interface FindingCounts {
  readonly critical: number;
  readonly high: number;
  readonly medium: number;
  readonly low: number;
  readonly unknown: number;
  readonly fixable: number;
}

/** Columns for the numbers. Absent ones are unknown, never zero. */
export const FINDING_COLUMNS = {
  critical: Count.optional(),
  high: Count.optional(),
  medium: Count.optional(),
  low: Count.optional(),
  unknown: Count.optional(),
  fixable: Count.optional(),
};

/** Columns for how many packages the findings stand for. A patch has those of its source. */
export const COVERAGE_COLUMNS = {
  packagesCovered: Count.optional(),
  packagesUncovered: Count.optional(),
};

/** Counts findings. */
export function countsOf(findings: readonly Finding[]): FindingCounts {
  const fixable = findings.filter(({ fixed }) => fixed !== undefined).length;
  return { ...countBySeverity(findings), fixable };
}
