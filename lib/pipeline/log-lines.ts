import * as z from 'zod';
import { Reason } from './records/reasons.ts';
import { RunState } from './records/run.ts';
import { EndCounts } from './records/run-counts.ts';
import { RUN_FINDING_COLUMNS } from './records/run-findings.ts';
import { RUN_USE_COLUMNS } from './records/run-use.ts';
import { TargetState } from './records/target-states.ts';

const Count = z.number().int().nonnegative();
const Text = z.string();

/** The end of a run. */
const RunEnd = z.object({
  runId: Text,
  state: RunState,
  reason: Text.optional(),
  detail: Text.optional(),
  trigger: z.enum(['schedule', 'manual']),
  dryRun: z.boolean(),
  /** True if the run looked at some images of the policy only. */
  partial: z.boolean(),
  seconds: Count,
  ...EndCounts.shape,
  /** Of 100 targets, those that are clean or have a patch for their findings. */
  coveragePercent: Count,
  noBuilder: Count,
  quota: Count,
  runDeadline: Count,
  ...RUN_FINDING_COLUMNS,
  ...RUN_USE_COLUMNS,
});
export type RunEnd = z.input<typeof RunEnd>;

/** The end of a target. */
const TargetEnd = z.object({
  runId: Text,
  image: Text,
  state: TargetState,
  reason: Reason.optional(),
  patchTag: Text.optional(),
  packagesCovered: Count.optional(),
  packagesUncovered: Count.optional(),
});
export type TargetEnd = z.input<typeof TargetEnd>;

/** An image whose findings are open for longer than the targets of these severities. */
const TargetMissed = z.object({ runId: Text, image: Text, severities: Text });
export type TargetMissed = z.input<typeof TargetMissed>;

/**
 * The lines of the log that alerts and the workbook read, by their message, with the fields that follow
 * as JSON. docs/operate.md lists the same; a test checks what the pipeline logs.
 */
export const LOG_LINES = {
  'run completed': RunEnd,
  'run completed with failures': RunEnd,
  'run canceled': RunEnd,
  'run failed': RunEnd,
  'target ended': TargetEnd,
  'target missed': TargetMissed,
  'no builder works': z.object({ runId: Text, call: Text, errno: Text, detail: Text }),
  'database is old': z.object({ runId: Text, detail: Text }),
  'webhook given up': z.object({
    runId: Text,
    receiver: Text,
    events: Count,
    detail: Text.optional(),
  }),
  'webhook gone': z.object({ runId: Text, receiver: Text }),
} as const;
