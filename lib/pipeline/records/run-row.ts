import { z } from 'zod';
import { RunId } from './run-id.ts';

export const RUN_PARTITION = 'run';

export const RunState = z.enum(['discovering', 'running', 'completed', 'failed', 'canceled']);
export type RunState = z.infer<typeof RunState>;

export const RunFault = z.enum([
  'policy-invalid',
  'policy-missing',
  'database-missing',
  'registry-error',
  'internal-error',
]);
export type RunFault = z.infer<typeof RunFault>;

const Count = z.number().int().nonnegative();

/** One row of PatchwrightRuns. The counts are written by the run's tick alone. */
export const RunRow = z.object({
  partitionKey: z.literal(RUN_PARTITION),
  rowKey: z.string(),
  runId: RunId,
  state: RunState,
  /** Of a run that failed, or that is to end since its discovery failed. */
  reason: RunFault.optional(),
  /** For people: every fault of a policy that does not parse, one a line. */
  detail: z.string().optional(),
  trigger: z.enum(['schedule', 'manual']),
  dryRun: z.boolean(),
  createdAt: z.date(),
  finishedAt: z.date().optional(),
  /** What is not done by then ends `failed`, `run-deadline`. */
  deadline: z.date(),
  /** SHA-256 of the policy document, and the blob that holds it for this run. */
  policyDigest: z.string().optional(),
  policyBlob: z.string().optional(),
  tagConvention: z.enum(['incremental', 'floating']).optional(),
  /** The vulnerability database that scan and verify both use. */
  databaseDigest: z.string().optional(),
  /** Where discovery stands: index into the policy's repositories, and the last tag done. */
  cursorRepository: Count,
  cursorTag: z.string(),
  /** Only a tick message with this number is accepted; each tick increments it. */
  wake: Count,
  nextAt: z.date(),
  /** When the last tick began. */
  tickedAt: z.date().optional(),
  /**
   * When the reaper is to look at the ended run for the last time: whatever a group or a step that
   * was given up could still do has been done by then.
   */
  lastLookAt: z.date().optional(),
  leaseUntil: z.date().optional(),
  errors: Count,
  targets: Count,
  active: Count,
  clean: Count,
  patched: Count,
  planned: Count,
  skipped: Count,
  rejected: Count,
  failed: Count,
  canceled: Count,
});
export type RunRow = z.infer<typeof RunRow>;

export function isRunOver(run: RunRow): boolean {
  return run.state === 'completed' || run.state === 'failed' || run.state === 'canceled';
}
