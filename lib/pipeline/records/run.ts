import * as z from 'zod';
import { RegistryHost } from '../../image/reference.ts';
import { TagConvention } from '../../image/tag-convention.ts';
import { BUILDER_FAULT_COLUMNS } from './builder-fault.ts';
import { PatchDays } from './patch-days.ts';
import { RUN_COUNT_COLUMNS } from './run-counts.ts';
import { RUN_FINDING_COLUMNS } from './run-findings.ts';
import { RunId } from './run-id.ts';
import { RUN_OPERATION_COLUMNS, RUN_USE_COLUMNS } from './run-use.ts';
import { TargetDays } from './target-days.ts';

export const RunState = z.enum([
  'discovering',
  'running',
  'completed',
  'completed-with-failures',
  'failed',
  'canceled',
]);
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

/** One pass over all images in the policy. Only the run's tick and last look write the counts. */
export const Run = z.object({
  id: RunId,
  state: RunState,
  /** Set if the run failed, or will fail because its discovery failed. */
  reason: RunFault.optional(),
  /** For people: every fault of a policy that does not parse, one a line. */
  detail: z.string().optional(),
  /** Set once no builder can work in the run's container groups: it starts no more patch groups. */
  ...BUILDER_FAULT_COLUMNS,
  trigger: z.enum(['schedule', 'manual']),
  /** Who started it, for people: `schedule`, a function key or an Entra identity. */
  startedBy: z.string().optional(),
  /** Who canceled it. */
  canceledBy: z.string().optional(),
  /** The request that started it, so that a repeated write finds its own run. */
  request: z.string().optional(),
  /** The registry whose images it looked at. Rows of earlier versions lack it. */
  registry: RegistryHost.optional(),
  dryRun: z.boolean(),
  /** The only images that it looks at, as `repository:tag`. Unset for all images of the policy. */
  images: z.array(z.string()).readonly().optional(),
  /** Its images are tried again although they back off. */
  retry: z.boolean().optional(),
  /** For people: warnings, such as an old database, one a line. */
  warnings: z.string().optional(),
  createdAt: z.date(),
  finishedAt: z.date().optional(),
  /** An unfinished target ends `failed` with `run-deadline` after this time. */
  deadline: z.date(),
  /** SHA-256 of the policy document, and the blob with this run's copy. */
  policyDigest: z.string().optional(),
  policyBlob: z.string().optional(),
  tagConvention: TagConvention.optional(),
  /** The vulnerability database that scan and verify both use. */
  databaseDigest: z.string().optional(),
  /** When that database was made. Unset if it does not say so. */
  databaseTime: z.date().optional(),
  /** Progress of discovery: an index into the policy's repositories, and the last tag done. */
  cursorRepository: Count,
  cursorTag: z.string(),
  wake: Count,
  nextAt: z.date(),
  leaseUntil: z.date().optional(),
  errors: Count,
  /** When the last tick began. */
  tickedAt: z.date().optional(),
  /** When a target or a job last moved on. */
  progressAt: z.date().optional(),
  /** An estimate of its end, by its pace so far. Absent until a scanned image has ended. */
  expectedAt: z.date().optional(),
  /** The tools that its container groups claim to have used: `copa/0.14.2 trivy/0.74.0`. */
  tools: z.string().optional(),
  /**
   * When the last look at the ended run is due. Until then a lost group or a stalled step may still
   * have an effect.
   */
  lastLookAt: z.date().optional(),
  /** Set while the receiver of events may not know all events of the ended run: since when. */
  tellSince: z.date().optional(),
  /** The blob with all its rows. Set before the first of them is deleted. */
  archive: z.string().optional(),
  /** When its remaining rows are looked at again: images in use still need them. */
  archiveNextAt: z.date().optional(),
  ...RUN_COUNT_COLUMNS,
  ...RUN_FINDING_COLUMNS,
  ...RUN_USE_COLUMNS,
  ...RUN_OPERATION_COLUMNS,
  /** The targets of its time. Absent in rows of earlier versions. */
  targetDays: TargetDays.optional(),
  /** The findings that its patches fixed, by the days since their fix was first seen. */
  patchDays: PatchDays.optional(),
});
export type Run = z.infer<typeof Run>;

export function isRunOver({ state }: Pick<Run, 'state'>): boolean {
  switch (state) {
    case 'discovering':
    case 'running':
      return false;
    case 'completed':
    case 'completed-with-failures':
    case 'failed':
    case 'canceled':
      return true;
    default:
      return state satisfies never;
  }
}
