import { z } from 'zod';
import { GroupName } from '../../containers/container-groups.ts';
import { sha256Hex } from '../../image/digest.ts';
import { RepositoryName } from '../../image/reference.ts';
import { JobState } from './job-states.ts';
import { RunId } from './run-id.ts';

/** What a job does. `publish` needs no container group. */
export const JobKind = z.enum(['scan', 'patch', 'verify', 'publish']);
export type JobKind = z.infer<typeof JobKind>;

const Count = z.number().int().nonnegative();

/** The work of one container group. */
export const Job = z.object({
  id: z.string(),
  runId: RunId,
  kind: JobKind,
  state: JobState,
  /** Why the job was lost. */
  reason: z.string().optional(),
  /** For people: why the job was lost, or how its last group was refused. */
  detail: z.string().optional(),
  /** Patch and publish jobs serve one repository. */
  repository: RepositoryName.optional(),
  /**
   * Ids of all active targets of its images. The job works on those that name it in turn; the others
   * have fallen behind, and their images stay claimed at the job's end.
   */
  targets: z.array(z.string()).min(1).readonly(),
  /** Container groups started, or about to be; the number is part of the group's name. */
  attempt: Count,
  group: GroupName.optional(),
  launchedAt: z.date().optional(),
  /** The attempt is given up at this time. */
  deadline: z.date().optional(),
  /** Its group was refused for a quota or for capacity. */
  refused: z.boolean().optional(),
  /** When ARM was last asked about the group. */
  checkedAt: z.date().optional(),
  wake: Count,
  nextAt: z.date(),
  leaseUntil: z.date().optional(),
  errors: Count,
  createdAt: z.date(),
  finishedAt: z.date().optional(),
});
export type Job = z.infer<typeof Job>;

/** The same targets in the same round give the same job, however often the tick plans it. */
export function jobIdOf(
  runId: RunId,
  kind: JobKind,
  targets: readonly { readonly id: string; readonly round: number }[],
): string {
  const content = targets.map((target) => `${target.id}/${target.round}`).sort();
  return `${kind}-${sha256Hex(JSON.stringify([runId, kind, content])).slice(0, 16)}`;
}

export function groupNameOf(jobId: string, attempt: number): GroupName {
  return GroupName.parse(`pw-${jobId}-${attempt}`);
}

/** Blobs belong to an attempt: the result of an attempt that was given up is never read. */
export function resultBlobOf(job: Job): string {
  return `${job.runId}/${job.id}/${job.attempt}/result.json`;
}

export function reportBlobOf(job: Job, digest: string): string {
  return `${job.runId}/${job.id}/${job.attempt}/${digest.replace(':', '-')}.json`;
}
