import * as z from 'zod';
import { SEVERITIES } from '../../report/finding.ts';

/** The longest target: the last day of the histograms stands for all later ones. */
export const LONGEST_TARGET = 365;

export const TargetSeverity = z.enum(SEVERITIES);

/** Days within which a finding with a fix is to be patched. A severity that is absent has no target. */
export const TargetDays = z
  .partialRecord(TargetSeverity, z.number().int().min(1).max(LONGEST_TARGET))
  .readonly();
export type TargetDays = z.infer<typeof TargetDays>;

export const DEFAULT_TARGET_DAYS: TargetDays = { critical: 7, high: 30, medium: 90, low: 180 };
