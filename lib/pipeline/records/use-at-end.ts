import type { Job } from './job.ts';

type GroupUse = Pick<Job, 'groups' | 'groupSeconds' | 'vcpuSeconds' | 'gbSeconds' | 'unseenGroups'>;

/**
 * What to add to a job's row together with the change that ends its group, so that a group counts once.
 * Empty if the change ends no group, or if Azure refused the group.
 */
export function useAtEnd(
  job: Pick<Job, 'state' | 'attempt' | 'launchedAt' | 'vcpu' | 'memoryGb' | keyof GroupUse>,
  changes: Pick<Partial<Job>, 'state' | 'attempt'>,
  at: Date,
): GroupUse {
  const { state = job.state, attempt = job.attempt } = changes;
  if (!hasGroup(job.state) || hasGroup(state) || attempt < job.attempt) return {};
  // A job that is done while it launches may have had no group: a step may end its images and then fail.
  const isSeen = job.state === 'running' && state !== 'run-over';
  const { launchedAt, groups = 0, unseenGroups = 0 } = job;
  if (!isSeen || launchedAt === undefined) return { unseenGroups: unseenGroups + 1 };
  const seconds = Math.max(0, Math.round((at.getTime() - launchedAt.getTime()) / 1000));
  return {
    groups: groups + 1,
    groupSeconds: (job.groupSeconds ?? 0) + seconds,
    vcpuSeconds: (job.vcpuSeconds ?? 0) + seconds * (job.vcpu ?? 0),
    gbSeconds: (job.gbSeconds ?? 0) + seconds * (job.memoryGb ?? 0),
  };
}

function hasGroup(state: Job['state']): boolean {
  return state === 'launching' || state === 'running';
}
