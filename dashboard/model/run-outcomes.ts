import type { RunView } from '../../lib/history/run-view.ts';
import type { TargetView } from '../../lib/history/target-view.ts';

/** The outcomes of a run in the order of the chart, from the bottom. */
export const OUTCOMES = [
  'patched',
  'alreadyPatched',
  'clean',
  'planned',
  'waiting',
  'skipped',
  'canceled',
  'rejected',
  'failed',
] as const satisfies readonly (keyof RunView)[];
export type OutcomeName = (typeof OUTCOMES)[number];

export const OUTCOME_LABELS = {
  patched: 'patched',
  alreadyPatched: 'already patched',
  clean: 'clean',
  planned: 'planned',
  waiting: 'waiting',
  skipped: 'skipped',
  canceled: 'canceled',
  rejected: 'rejected',
  failed: 'failed',
} satisfies Record<OutcomeName, string>;

export interface Bar {
  readonly run: RunView;
  readonly total: number;
  readonly parts: readonly {
    readonly outcome: OutcomeName;
    readonly from: number;
    readonly count: number;
  }[];
}

/** The bars of the chart, the oldest run first. */
export function barsOf(runs: readonly RunView[]): readonly Bar[] {
  return runs.toReversed().map((run) => {
    let total = 0;
    const parts = OUTCOMES.flatMap((outcome) => {
      const count = run[outcome] ?? 0;
      const from = total;
      total += count;
      return count === 0 ? [] : [{ outcome, from, count }];
    });
    return { run, total, parts };
  });
}

export function outcomesOf(run: RunView): readonly (readonly [OutcomeName, number])[] {
  return OUTCOMES.flatMap((outcome) => {
    const count = run[outcome] ?? 0;
    return count === 0 ? [] : [[outcome, count] as const];
  });
}

export function isActive({ state }: Pick<RunView, 'state'>): boolean {
  return state === 'discovering' || state === 'running';
}

/** Orders the images of a run: active ones, then those that need a person, then by name. */
export function byAttention(one: TargetView, other: TargetView): number {
  const rank = ({ state }: TargetView) => ATTENTION.indexOf(state);
  return rank(one) - rank(other) || (one.image < other.image ? -1 : 1);
}

const ATTENTION: readonly TargetView['state'][] = [
  'publishing',
  'verifying',
  'patching',
  'scanning',
  'queued',
  'failed',
  'rejected',
  'patched',
  'planned',
  'waiting',
  'skipped',
  'canceled',
  'already-patched',
  'clean',
];

/** How many of the run's images have an outcome, from 0 to 1. 0 until discovery found any. */
export function progressOf({ targets, active }: RunView): number {
  const all = targets ?? 0;
  return all === 0 ? 0 : (all - (active ?? 0)) / all;
}
