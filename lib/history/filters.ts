import * as z from 'zod';
import { Reason } from '../pipeline/records/reasons.ts';
import { Run, RunFault, RunState } from '../pipeline/records/run.ts';
import { RunId } from '../pipeline/records/run-id.ts';
import { TargetState } from '../pipeline/records/target-states.ts';
import { SEVERITIES } from '../report/finding.ts';
import type { Result } from '../result.ts';
import { Continuation, FlagText, Limit, listOf, RepositoryPattern, When } from './filter-text.ts';
import { VulnerabilityId } from './findings.ts';

const Paging = { limit: Limit(1000).optional(), after: Continuation.optional() };

/** Filters of the list of runs. Every value is text, as in a query string or on a command line. */
export const RunFilters = z.strictObject({
  state: listOf(RunState.options).optional(),
  reason: listOf(RunFault.options).optional(),
  trigger: listOf(Run.shape.trigger.options).optional(),
  since: When.optional(),
  ...Paging,
});
export type RunFilters = z.infer<typeof RunFilters>;

/** Filters of the images of one run. */
export const TargetFilters = z.strictObject({
  state: listOf(TargetState.options).optional(),
  reason: listOf(Reason.options).optional(),
  repository: RepositoryPattern.optional(),
  ...Paging,
});
export type TargetFilters = z.infer<typeof TargetFilters>;

/** Filters of the inventory. */
export const ImageFilters = z.strictObject({
  repository: RepositoryPattern.optional(),
  state: listOf(TargetState.options).optional(),
  reason: listOf(Reason.options).optional(),
  /** Images with a finding of this severity or a higher one. */
  severity: z.enum(SEVERITIES, `must be one of: ${SEVERITIES.join(', ')}`).optional(),
  /** Images that have this vulnerability, or had it until their newest patch. */
  cve: VulnerabilityId.optional(),
  /** `true`: images with a finding that has a fix. */
  fixable: FlagText.optional(),
  /** Images whose newest scan is older. */
  scannedBefore: When.optional(),
  /** Images whose outcome is newer. */
  since: When.optional(),
  /** What this run changed. */
  changedIn: RunId.optional(),
  /** `false`: images that were deleted or have left the policy. */
  present: FlagText.optional(),
  ...Paging,
});
export type ImageFilters = z.infer<typeof ImageFilters>;

export interface FieldFault {
  readonly field: string;
  readonly fault: string;
}

/** Parses filters. Every wrong field has a fault that names it. */
export function parseFilters<Filters>(
  schema: z.ZodType<Filters>,
  given: Readonly<Record<string, string | undefined>>,
): Result<Filters, readonly FieldFault[]> {
  const present = Object.entries(given).filter(([, value]) => value !== undefined);
  const parsed = schema.safeParse(Object.fromEntries(present));
  if (parsed.success) return { ok: true, value: parsed.data };
  return { ok: false, fault: parsed.error.issues.flatMap(faultsOf) };
}

function faultsOf(issue: z.core.$ZodIssue): readonly FieldFault[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((field) => ({ field, fault: 'is not a filter' }));
  }
  return [{ field: String(issue.path[0] ?? ''), fault: issue.message }];
}
