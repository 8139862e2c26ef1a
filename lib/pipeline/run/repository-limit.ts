import type { Job } from '../records/job.ts';
import type { Outcome } from '../records/reasons.ts';
import { isIntended, type Target } from '../records/target.ts';
import type { TargetState } from '../records/target-states.ts';
import type { Stored } from '../stores/stored.ts';

const HOUR_MS = 3600 * 1000;
/** A patch that is already made is verified and published, which costs little. */
const BEFORE_PATCH: ReadonlySet<TargetState> = new Set(['queued', 'scanning', 'patching']);

/** What a run's limit for each repository stops. */
export interface OverLimit {
  /** Targets that no job works on. */
  readonly targets: ReadonlySet<Target>;
  /** Waiting jobs that have only such images. */
  readonly jobs: ReadonlySet<Job>;
}

/** The images of repositories that have used their hours of container groups in this run. */
export function overLimit(state: {
  readonly targets: readonly Stored<Target>[];
  readonly jobs: readonly Stored<Job>[];
  /** Ids of the jobs that are not over. */
  readonly live: ReadonlyMap<string, Job>;
  /** 0 for no limit. */
  readonly repositoryHours: number;
  readonly now: Date;
}): OverLimit {
  const { targets, jobs, live, repositoryHours, now } = state;
  if (repositoryHours === 0) return { targets: new Set(), jobs: new Set() };
  const used = usedHours(jobs, targets, now);
  const isOver = (target: Target) =>
    BEFORE_PATCH.has(target.state) &&
    !isIntended(target) &&
    (used.get(target.repository) ?? 0) >= repositoryHours;
  const over = targets.filter(isOver);
  const ids = new Set(over.map(({ id }) => id));
  return {
    targets: new Set(over.filter((target) => !live.has(target.job))),
    jobs: new Set(
      jobs.filter((job) => job.state === 'waiting' && job.targets.every((id) => ids.has(id))),
    ),
  };
}

/** A group counts to the repositories of its images by their number, from its start to its end. */
export function usedHours(
  jobs: readonly Job[],
  targets: readonly Target[],
  now: Date,
): ReadonlyMap<string, number> {
  const repositories = new Map(targets.map(({ id, repository }) => [id, repository]));
  const hours = new Map<string, number>();
  for (const job of jobs) {
    if (job.launchedAt === undefined || !hasGroup(job)) continue;
    const ms = (job.finishedAt ?? now).getTime() - job.launchedAt.getTime();
    const share = Math.max(0, ms) / HOUR_MS / job.targets.length;
    for (const id of job.targets) {
      const repository = repositories.get(id);
      if (repository === undefined) continue;
      hours.set(repository, (hours.get(repository) ?? 0) + share);
    }
  }
  return hours;
}

/** A refused PUT leaves its time in the job, which waits for the next one as `ready`. */
function hasGroup({ state, attempt }: Job): boolean {
  return state !== 'ready' && attempt > 0;
}

export function overLimitOutcome(
  { repository }: Pick<Target, 'repository'>,
  repositoryHours: number,
): Outcome {
  const detail = `the images of ${repository} used their ${repositoryHours} h of container groups in this run`;
  return { state: 'skipped', reason: 'cost-limit', detail };
}
