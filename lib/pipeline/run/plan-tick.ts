import { isJobOver, type JobRow } from '../records/job-row.ts';
import type { Outcome } from '../records/reasons.ts';
import { isIntended, type TargetRow } from '../records/target-row.ts';
import { isTerminal, type TargetState } from '../records/target-states.ts';
import type { PipelineOptions } from '../services.ts';
import { groupIntoJobs, JOB_ORDER, type NewJob } from './group-into-jobs.ts';

export interface TickPlan {
  readonly newJobs: readonly NewJob[];
  /** Waiting jobs that may start now. */
  readonly admit: readonly JobRow[];
  /** Waiting jobs that will not be started, since the run is to end. */
  readonly drop: readonly JobRow[];
  /** Jobs whose message seems lost: its time has passed by more than the grace. */
  readonly wake: readonly JobRow[];
  /** Targets of a run that is to end, which no job has in hand. */
  readonly end: readonly TargetRow[];
  /** Those that go on all the same, or have a job that has not ended yet. */
  readonly finishing: readonly TargetRow[];
  /** Targets whose image got its patch under another tag meanwhile: they take that one. */
  readonly join: readonly { readonly target: TargetRow; readonly patched: TargetRow }[];
  readonly counts: RunCounts;
  readonly over: boolean;
}

export type RunCounts = Readonly<Record<(typeof COUNTED)[number] | 'targets' | 'active', number>>;

const COUNTED = [
  'clean',
  'patched',
  'planned',
  'skipped',
  'rejected',
  'failed',
  'canceled',
] as const satisfies readonly TargetState[];

const MAX_PUBLISHING = 8;

/**
 * What a tick is to do, from the rows alone: a pure function, so that doing it twice, or after a
 * crash in the middle of the last time, plans what is still missing and nothing else.
 */
export function planTick(state: {
  readonly targets: readonly TargetRow[];
  readonly jobs: readonly JobRow[];
  readonly options: Pick<PipelineOptions, 'maxGroups' | 'scanBatch' | 'patchBatch' | 'tickSeconds'>;
  readonly now: Date;
  /** How targets end that have not got far, where the run is to end: late, canceled or failed. */
  readonly stop: Outcome | undefined;
}): TickPlan {
  const { targets, jobs, options, now, stop } = state;
  const live = new Map(jobs.filter((job) => !isJobOver(job)).map((job) => [job.rowKey, job]));
  const busy = [...live.values()].filter((job) => job.state !== 'waiting');
  const waiting = [...live.values()].filter((job) => job.state === 'waiting');
  const active = targets.filter((target) => !isTerminal(target.state));
  const finishing = stop === undefined ? active : active.filter(isIntended);
  const isLoose = (target: TargetRow) => !live.has(target.job) && !isIntended(target);
  const join = stop === undefined ? joinable(targets, live) : [];
  const joining = new Set(join.map(({ target }) => target.rowKey));
  const graceMs = options.tickSeconds * 1000;
  return {
    newJobs: groupIntoJobs(
      finishing.filter((target) => !joining.has(target.rowKey)),
      live,
      options,
    ),
    admit: [
      ...room(stop === undefined ? waiting : [], busy, false, options.maxGroups),
      ...room(waiting, busy, true, MAX_PUBLISHING),
    ],
    drop: stop === undefined ? [] : waiting.filter((job) => job.kind !== 'publish'),
    wake: busy.filter((job) => job.nextAt.getTime() + graceMs < now.getTime()),
    end: stop === undefined ? [] : active.filter(isLoose),
    finishing: stop === undefined ? active : active.filter((target) => !isLoose(target)),
    join,
    counts: countStates(targets, active.length),
    over: live.size === 0 && active.length === 0,
  };
}

/** A tag that fell behind the others of its image must not get a patch of its own. */
function joinable(
  targets: readonly TargetRow[],
  live: ReadonlyMap<string, JobRow>,
): TickPlan['join'] {
  const behind = targets.filter((target) => target.state === 'patching' && !live.has(target.job));
  if (behind.length === 0) return [];
  const patched = new Map(
    targets
      .filter((target) => target.state === 'patched')
      .map((target) => [patchKey(target), target]),
  );
  return behind.flatMap((target) => {
    const other = patched.get(patchKey(target));
    return other === undefined ? [] : [{ target, patched: other }];
  });
}

function patchKey(target: TargetRow): string {
  return JSON.stringify([target.repository, target.sourceDigest, target.fingerprint]);
}

function room(
  waiting: readonly JobRow[],
  busy: readonly JobRow[],
  publishing: boolean,
  most: number,
): readonly JobRow[] {
  const sameKind = (job: JobRow) => (job.kind === 'publish') === publishing;
  const free = Math.max(0, most - busy.filter(sameKind).length);
  // What has got furthest goes first, so that work begun is finished and staging stays small.
  const furthestFirst = waiting
    .filter(sameKind)
    .sort((a, b) => JOB_ORDER.indexOf(b.kind) - JOB_ORDER.indexOf(a.kind));
  return furthestFirst.slice(0, free);
}

/** How many targets there are in each state that ends one. */
export function countStates(targets: readonly TargetRow[], active: number): RunCounts {
  const counts = { targets: targets.length, active } as Record<keyof RunCounts, number>;
  for (const state of COUNTED) counts[state] = 0;
  for (const { state } of targets) {
    const counted = COUNTED.find((one) => one === state);
    if (counted !== undefined) counts[counted] += 1;
  }
  return counts;
}
