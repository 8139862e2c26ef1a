import { describeCoverage } from '../../report/coverage.ts';
import type { Job } from '../records/job.ts';
import { isJobOver } from '../records/job-states.ts';
import type { Outcome } from '../records/reasons.ts';
import type { RunCounts } from '../records/run-counts.ts';
import { isIntended, type Target } from '../records/target.ts';
import { isTerminal, type TargetState } from '../records/target-states.ts';
import type { PipelineOptions } from '../services.ts';
import type { Stored } from '../stores/stored.ts';
import { fairAdmission } from './fair-admission.ts';
import { groupIntoJobs, type PlannedJob } from './group-into-jobs.ts';
import { type OverLimit, overLimit } from './repository-limit.ts';
import type { RunBuilder } from './run-builder.ts';

export interface TickPlan {
  readonly newJobs: readonly PlannedJob[];
  /** Waiting jobs that may start now. */
  readonly admit: readonly Stored<Job>[];
  /** Waiting jobs that must not start because the run is stopping. */
  readonly drop: readonly Stored<Job>[];
  /** Jobs that are overdue by more than the grace period: their message may be lost. */
  readonly wake: readonly Stored<Job>[];
  /** Targets of a stopping run that no job works on. */
  readonly end: readonly Stored<Target>[];
  /** Targets that wait for a patch in a run whose groups have no builder. */
  readonly withoutBuilder: readonly Stored<Target>[];
  /** Targets of repositories that have used their hours of container groups. */
  readonly overLimit: readonly Stored<Target>[];
  /** Targets whose image another run has. This tick tries to take them over. */
  readonly held: readonly Stored<Target>[];
  /** Targets that continue: they have a live job, or their tag is reserved. */
  readonly finishing: readonly Stored<Target>[];
  /** Targets whose image was patched under another tag in the meantime. They reuse that patch. */
  readonly join: readonly { readonly target: Stored<Target>; readonly patched: Target }[];
  readonly counts: RunCounts;
  readonly over: boolean;
}

type TickOptions = Pick<
  PipelineOptions,
  'maxGroups' | 'repositoryHours' | 'scanBatch' | 'patchBatch' | 'tickSeconds' | 'builder'
>;

const MAX_PUBLISHING = 8;
const MAX_HELD = 200;

/**
 * Plans a tick from the records alone. It is pure, so a tick after a crash plans only the missing
 * changes.
 */
export function planTick(state: {
  readonly targets: readonly Stored<Target>[];
  readonly jobs: readonly Stored<Job>[];
  readonly options: TickOptions;
  readonly now: Date;
  /** The outcome of unfinished targets if the run must stop: late, canceled or failed. */
  readonly stop: Outcome | undefined;
  readonly builder: RunBuilder['known'];
}): TickPlan {
  const { targets, jobs, options, now, stop, builder } = state;
  const live = new Map(jobs.filter((job) => !isJobOver(job)).map((job) => [job.id, job]));
  const busy = [...live.values()].filter((job) => job.state !== 'waiting');
  const waiting = [...live.values()].filter((job) => job.state === 'waiting');
  const active = targets.filter((target) => !isTerminal(target.state));
  const finishing = stop === undefined ? active : active.filter(isIntended);
  const isLoose = (target: Target) => !live.has(target.job) && !isIntended(target);
  const join = stop === undefined ? joinable(targets, live) : [];
  const joining = new Set(join.map(({ target }) => target.id));
  const limit = overLimit({ targets, jobs, live, repositoryHours: options.repositoryHours, now });
  const ending = endingOf(stop === undefined ? active.filter((one) => !joining.has(one.id)) : [], {
    live,
    builder,
    limit,
  });
  const isEnding = new Set([...ending.withoutBuilder, ...ending.overLimit]);
  const mayStart = waiting.filter(
    (job) => (job.kind !== 'patch' || builder !== 'refused') && !limit.jobs.has(job),
  );
  const graceMs = options.tickSeconds * 1000;
  return {
    newJobs: groupIntoJobs(
      finishing.filter(
        (target) => !joining.has(target.id) && !isEnding.has(target) && !isHeld(target),
      ),
      live,
      options,
    ),
    admit: [
      ...fairAdmission({
        waiting: oneOfUnknown(stop === undefined ? mayStart.filter(needsGroup) : [], busy, builder),
        busy: busy.filter(needsGroup),
        targets,
        maxGroups: options.maxGroups,
      }),
      ...publishing(waiting, busy),
    ],
    drop:
      stop === undefined
        ? waiting.filter((job) => !mayStart.includes(job))
        : waiting.filter((job) => job.kind !== 'publish'),
    wake: busy.filter((job) => job.nextAt.getTime() + graceMs < now.getTime()),
    end: stop === undefined ? [] : active.filter(isLoose),
    finishing: stop === undefined ? active : active.filter((target) => !isLoose(target)),
    ...ending,
    join,
    held: stop === undefined ? turnOf(active.filter(isHeld), { options, now }) : [],
    counts: countStates(targets, active.length),
    over: live.size === 0 && active.length === 0,
  };
}

/** Targets that get no further job although the run goes on. */
function endingOf(
  candidates: readonly Stored<Target>[],
  why: {
    readonly live: ReadonlyMap<string, Job>;
    readonly builder: RunBuilder['known'];
    readonly limit: OverLimit;
  },
): Pick<TickPlan, 'withoutBuilder' | 'overLimit'> {
  const { live, builder, limit } = why;
  const lacksBuilder = ({ state, job }: Target) =>
    builder === 'refused' && state === 'patching' && !live.has(job);
  return {
    withoutBuilder: candidates.filter(lacksBuilder),
    overLimit: candidates.filter((one) => limit.targets.has(one) && !lacksBuilder(one)),
  };
}

export function isHeld({ state, heldBy }: Target): boolean {
  return state === 'queued' && heldBy !== undefined;
}

/** A tick reads the claim of each, so many take turns. */
function turnOf(
  held: readonly Stored<Target>[],
  time: { readonly options: Pick<PipelineOptions, 'tickSeconds'>; readonly now: Date },
): readonly Stored<Target>[] {
  if (held.length <= MAX_HELD) return held;
  const turn = Math.floor(time.now.getTime() / 1000 / time.options.tickSeconds);
  const start = (turn * MAX_HELD) % held.length;
  return [...held.slice(start), ...held.slice(0, start)].slice(0, MAX_HELD);
}

/** A tag whose image is already patched under another tag must not get a second patch. */
function joinable(
  targets: readonly Stored<Target>[],
  live: ReadonlyMap<string, Job>,
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

function patchKey(target: Target): string {
  return JSON.stringify([target.repository, target.sourceDigest, target.fingerprint]);
}

/** Admits one patch group until it is known whether a builder works. The others wait. */
function oneOfUnknown(
  waiting: readonly Stored<Job>[],
  busy: readonly Stored<Job>[],
  builder: RunBuilder['known'],
): readonly Stored<Job>[] {
  if (builder !== 'nothing') return waiting;
  const first = busy.find(isPatch) ?? waiting.find(isPatch);
  return waiting.filter((job) => !isPatch(job) || job === first);
}

function isPatch({ kind }: Job): boolean {
  return kind === 'patch';
}

function needsGroup({ kind }: Job): boolean {
  return kind !== 'publish';
}

function publishing(
  waiting: readonly Stored<Job>[],
  busy: readonly Stored<Job>[],
): readonly Stored<Job>[] {
  const isPublish = ({ kind }: Job) => kind === 'publish';
  const free = Math.max(0, MAX_PUBLISHING - busy.filter(isPublish).length);
  return waiting.filter(isPublish).slice(0, free);
}

function isPartlyCovered({ state, packagesCovered, packagesUncovered = 0 }: Target): boolean {
  if (state !== 'clean' || packagesCovered === undefined) return false;
  return describeCoverage({ covered: packagesCovered, uncovered: packagesUncovered }) !== undefined;
}

/** Counts targets in each terminal state. */
export function countStates(targets: readonly Target[], active: number): RunCounts {
  const count = (wanted: TargetState) => targets.filter(({ state }) => state === wanted).length;
  return {
    targets: targets.length,
    active,
    clean: count('clean'),
    cleanPartly: targets.filter(isPartlyCovered).length,
    patched: count('patched'),
    alreadyPatched: count('already-patched'),
    planned: count('planned'),
    waiting: count('waiting'),
    skipped: count('skipped'),
    rejected: count('rejected'),
    failed: count('failed'),
    canceled: count('canceled'),
  };
}
