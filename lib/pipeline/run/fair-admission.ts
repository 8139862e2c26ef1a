import type { Job } from '../records/job.ts';
import type { Target } from '../records/target.ts';
import type { Stored } from '../stores/stored.ts';
import { JOB_ORDER } from './group-into-jobs.ts';

/** The rank of a waiting job. Lower numbers go first. */
interface Candidate {
  readonly job: Stored<Job>;
  readonly repository: string;
  readonly attempts: number;
  readonly stage: number;
}

/**
 * Chooses the waiting jobs that get the free container groups. The repository with the fewest groups
 * goes first, and each lost attempt counts like a group: images that hang make room for others, and an
 * image that lost an attempt because of another one in its group still gets its turn. Then later stages
 * go first, so that started work finishes and staging stays small.
 *
 * While images of several repositories wait, none has more than half of the groups: images that hang
 * can't keep those of others waiting, even if they are patched already and the others are scanned.
 */
export function fairAdmission(state: {
  readonly waiting: readonly Stored<Job>[];
  readonly busy: readonly Stored<Job>[];
  readonly targets: readonly Target[];
  readonly maxGroups: number;
}): readonly Stored<Job>[] {
  const { busy, maxGroups } = state;
  const targets = new Map(state.targets.map((target) => [target.id, target]));
  const held = new Map<string, number>();
  for (const job of busy) add(held, repositoryOf(job, targets));
  const most = isShared(state) ? Math.ceil(maxGroups / 2) : maxGroups;
  const left = state.waiting.map((job) => candidate(job, targets));
  const admitted: Stored<Job>[] = [];
  while (admitted.length < maxGroups - busy.length) {
    const mayStart = left.filter(({ repository }) => (held.get(repository) ?? 0) < most);
    const [first] = mayStart;
    if (first === undefined) break;
    const next = mayStart.reduce((best, one) => (goesBefore(one, best, held) ? one : best), first);
    left.splice(left.indexOf(next), 1);
    add(held, next.repository);
    admitted.push(next.job);
  }
  return admitted;
}

function goesBefore(one: Candidate, other: Candidate, held: ReadonlyMap<string, number>): boolean {
  const [ofOne, ofOther] = [held.get(one.repository) ?? 0, held.get(other.repository) ?? 0];
  const [rank, otherRank] = [ofOne + one.attempts, ofOther + other.attempts];
  if (rank !== otherRank) return rank < otherRank;
  return ofOne === ofOther ? one.stage > other.stage : ofOne < ofOther;
}

function candidate(job: Stored<Job>, targets: ReadonlyMap<string, Target>): Candidate {
  const attempts = job.targets.map((id) => targets.get(id)?.attempts ?? 0);
  return {
    job,
    repository: repositoryOf(job, targets),
    attempts: Math.max(...attempts),
    stage: JOB_ORDER.indexOf(job.kind),
  };
}

/** The repository with the most targets of a job, to which its group counts. */
function repositoryOf(job: Job, targets: ReadonlyMap<string, Target>): string {
  const counts = new Map<string, number>();
  for (const id of job.targets) add(counts, targets.get(id)?.repository ?? '');
  return [...counts].reduce((most, one) => (one[1] > most[1] ? one : most), ['', 0] as const)[0];
}

/** True if images of several repositories still wait for a group. */
function isShared(state: {
  readonly busy: readonly Job[];
  readonly targets: readonly Target[];
}): boolean {
  const busy = new Set(state.busy.map(({ id }) => id));
  const needing = state.targets.filter(
    (target) => NEEDS_GROUP.has(target.state) && !target.heldBy && !busy.has(target.job),
  );
  return new Set(needing.map(({ repository }) => repository)).size > 1;
}

const NEEDS_GROUP: ReadonlySet<Target['state']> = new Set([
  'queued',
  'scanning',
  'patching',
  'verifying',
]);

function add(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}
