import { z } from 'zod';
import { GroupName } from '../../containers/container-groups.ts';
import { sha256Hex } from '../../image/digest.ts';
import { RepositoryName } from '../../image/reference.ts';
import { RunId } from './run-id.ts';

/** What a job does. `publish` needs no container group. */
export const JobKind = z.enum(['scan', 'patch', 'verify', 'publish']);
export type JobKind = z.infer<typeof JobKind>;

/**
 * waiting: made, not yet admitted · ready: to be launched · launching: its group is about to be
 * created · running: its group is there · done, lost: over.
 */
export const JobState = z.enum(['waiting', 'ready', 'launching', 'running', 'done', 'lost']);
export type JobState = z.infer<typeof JobState>;

const Count = z.number().int().nonnegative();
const TargetKeys = z.array(z.string()).min(1);

/** One row of PatchwrightJobs: the work of one container group. */
export const JobRow = z.object({
  partitionKey: RunId,
  rowKey: z.string(),
  kind: JobKind,
  state: JobState,
  reason: z.string().optional(),
  detail: z.string().optional(),
  /** Patch and publish jobs serve one repository. */
  repository: RepositoryName.optional(),
  /**
   * Row keys of all active targets of its images: JSON. Those that name the job in turn are in its
   * hands; the others have fallen behind and keep the image from being let go at the job's end.
   */
  targets: z.string(),
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
  /** Steps that ended with an unexpected error, one after the other. */
  errors: Count,
  createdAt: z.date(),
  finishedAt: z.date().optional(),
});
export type JobRow = z.infer<typeof JobRow>;

export function isJobOver(job: JobRow): boolean {
  return job.state === 'done' || job.state === 'lost';
}

export function jobTargets(job: JobRow): readonly string[] {
  return TargetKeys.parse(JSON.parse(job.targets));
}

/** The same targets in the same round give the same job, however often the tick plans it. */
export function jobIdOf(
  runId: RunId,
  kind: JobKind,
  targets: readonly { rowKey: string; round: number }[],
): string {
  const content = targets.map((target) => `${target.rowKey}/${target.round}`).sort();
  return `${kind}-${sha256Hex(JSON.stringify([runId, kind, content])).slice(0, 16)}`;
}

export function groupNameOf(jobId: string, attempt: number): GroupName {
  return GroupName.parse(`pw-${jobId}-${attempt}`);
}

/** Blobs belong to an attempt: a result of one that was given up is never read again. */
export function resultBlobOf(job: JobRow): string {
  return `${job.partitionKey}/${job.rowKey}/${job.attempt}/result.json`;
}

export function reportBlobOf(job: JobRow, digest: string): string {
  return `${job.partitionKey}/${job.rowKey}/${job.attempt}/${digest.replace(':', '-')}.json`;
}
