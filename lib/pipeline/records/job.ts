import * as z from 'zod';
import { GroupName } from '../../containers/container-groups.ts';
import { sha256Hex } from '../../image/digest.ts';
import { RepositoryName } from '../../image/reference.ts';
import { BuilderKind } from '../../job/builder-report.ts';
import { BUILDER_FAULT_COLUMNS } from './builder-fault.ts';
import { GROUP_USE_COLUMNS } from './group-use.ts';
import { JobState } from './job-states.ts';
import { RunId } from './run-id.ts';

/** The kind of work. `publish` needs no container group. */
export const JobKind = z.enum(['scan', 'patch', 'verify', 'publish']);
export type JobKind = z.infer<typeof JobKind>;

const Count = z.number().int().nonnegative();

/** Work on a batch of targets, done by one container group at a time. */
export const Job = z.object({
  id: z.string(),
  runId: RunId,
  kind: JobKind,
  state: JobState,
  /** Why the job was lost. */
  reason: z.string().optional(),
  /** For people: why the job was lost, or Azure's refusal of its last group. */
  detail: z.string().optional(),
  /** The repository of a publish job, which has only one. */
  repository: RepositoryName.optional(),
  /** The repositories of a patch job's images. The cleanup finds their staging by these names. */
  repositories: z.array(RepositoryName).readonly().optional(),
  /**
   * Ids of all active targets of its images. The job works only on targets that name this job. The
   * others are in earlier states, and keep their images claimed at the job's end.
   */
  targets: z.array(z.string()).min(1).readonly(),
  /** Number of container groups started or about to start. It is part of the group's name. */
  attempt: Count,
  group: GroupName.optional(),
  launchedAt: z.date().optional(),
  ...GROUP_USE_COLUMNS,
  /** Requests to storage by its steps, at least. Rows of earlier versions lack it. */
  storageOperations: Count.optional(),
  /** The attempt is lost after this time. */
  deadline: z.date().optional(),
  /** Azure refused its group for a quota or lack of capacity. */
  refused: z.boolean().optional(),
  /** Azure refused it last because the subnet was not ready for another group. */
  networkNotReady: z.boolean().optional(),
  /** The tools that its containers claim to have used: `trivy/0.74.0`. */
  tools: z.string().optional(),
  /** The first builder that one of its containers reported. It outweighs a claimed refusal. */
  builder: BuilderKind.optional(),
  ...BUILDER_FAULT_COLUMNS,
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

/** Deterministic: a tick that is repeated plans the same job for the same targets and rounds. */
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

/** Each attempt has its own blobs, so that the result of a lost attempt is never read. */
export function resultBlobOf(job: Job, container: string): string {
  return `${job.runId}/${job.id}/${job.attempt}/${container}/result.json`;
}

/** Named by its content: an attempt that Azure refused is repeated with another job file. */
export function jobBlobOf(job: Job, container: string, sealed: Uint8Array): string {
  const name = `job-${sha256Hex(sealed).slice(0, 32)}.sealed`;
  return `${job.runId}/${job.id}/${job.attempt}/${container}/${name}`;
}

export function reportBlobOf(job: Job, digest: string): string {
  return `${job.runId}/${job.id}/${job.attempt}/${digest.replace(':', '-')}.json`;
}
