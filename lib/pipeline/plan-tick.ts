import { isJobOver, type JobKind, type JobRow } from './records/job-row.ts';
import type { TargetRow } from './records/target-row.ts';
import type { PipelineOptions } from './services.ts';
import { isTerminal, type TargetState } from './target-states.ts';

/** Targets that go into one new job, in the states that its kind takes. */
export interface NewJob {
  readonly kind: JobKind;
  readonly targets: readonly TargetRow[];
}

export interface TickPlan {
  readonly newJobs: readonly NewJob[];
  /** Waiting jobs that may start now. */
  readonly admit: readonly JobRow[];
  /** Jobs whose message seems lost: its time has passed by more than the grace. */
  readonly wake: readonly JobRow[];
  /** Targets past the run's deadline that no job has in hand. */
  readonly expire: readonly TargetRow[];
  readonly counts: Readonly<Record<CountedState, number>>;
  readonly over: boolean;
}

type CountedState =
  | 'targets'
  | 'active'
  | 'clean'
  | 'patched'
  | 'planned'
  | 'skipped'
  | 'rejected'
  | 'failed'
  | 'canceled';

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
  readonly deadline: Date;
}): TickPlan {
  const { targets, jobs, options, now } = state;
  const live = new Map(jobs.filter((job) => !isJobOver(job)).map((job) => [job.rowKey, job]));
  const loose = targets.filter((target) => !isTerminal(target.state) && !live.has(target.job));
  const late = now >= state.deadline;
  const newJobs = late ? [] : groupIntoJobs(loose, options);
  const busy = [...live.values()].filter((job) => job.state !== 'waiting');
  const waiting = [...live.values()].filter((job) => job.state === 'waiting');
  const graceSeconds = options.tickSeconds;
  return {
    newJobs,
    admit: [
      ...room(waiting, busy, false, options.maxGroups),
      ...room(waiting, busy, true, MAX_PUBLISHING),
    ],
    wake: busy.filter((job) => job.nextAt.getTime() + graceSeconds * 1000 < now.getTime()),
    expire: late ? loose : [],
    counts: countStates(targets),
    over: live.size === 0 && targets.every((target) => isTerminal(target.state)),
  };
}

function room(
  waiting: readonly JobRow[],
  busy: readonly JobRow[],
  publishing: boolean,
  most: number,
): readonly JobRow[] {
  const sameKind = (job: JobRow) => (job.kind === 'publish') === publishing;
  const free = Math.max(0, most - busy.filter(sameKind).length);
  return waiting.filter(sameKind).slice(0, free);
}

function kindFor(state: TargetState): JobKind {
  switch (state) {
    case 'queued':
    case 'scanning':
      return 'scan';
    case 'patching':
      return 'patch';
    case 'verifying':
      return 'verify';
    case 'publishing':
      return 'publish';
    default:
      throw new Error(`a target that is ${state} has no job to come`);
  }
}

/**
 * Targets with the same source always go together: it is scanned, patched and verified once. A patch
 * or publish job serves one repository. What has lost an attempt goes on in smaller batches, so that
 * one image does not sink the others.
 */
function groupIntoJobs(
  loose: readonly TargetRow[],
  options: Pick<PipelineOptions, 'scanBatch' | 'patchBatch'>,
): readonly NewJob[] {
  const batches = Map.groupBy(loose, (target) => {
    const kind = kindFor(target.state);
    const repository = kind === 'patch' || kind === 'publish' ? target.repository : '';
    return JSON.stringify([kind, repository, target.attempts]);
  });
  return [...batches.values()].flatMap((batch) => {
    const [first] = batch;
    if (first === undefined) return [];
    const kind = kindFor(first.state);
    const most = kind === 'patch' ? options.patchBatch : options.scanBatch;
    const size = Math.max(1, Math.floor(most / 2 ** first.attempts));
    const images = Map.groupBy(batch, (target) => `${target.repository}@${target.sourceDigest}`);
    return chunks([...images.values()], size).map((chunk) => ({ kind, targets: chunk.flat() }));
  });
}

function chunks<Item>(items: readonly Item[], size: number): Item[][] {
  const count = Math.ceil(items.length / size);
  return Array.from({ length: count }, (_, at) => items.slice(at * size, (at + 1) * size));
}

function countStates(targets: readonly TargetRow[]): TickPlan['counts'] {
  const count = (state: TargetState) => targets.filter((target) => target.state === state).length;
  return {
    targets: targets.length,
    active: targets.filter((target) => !isTerminal(target.state)).length,
    clean: count('clean'),
    patched: count('patched'),
    planned: count('planned'),
    skipped: count('skipped'),
    rejected: count('rejected'),
    failed: count('failed'),
    canceled: count('canceled'),
  };
}
