import * as z from 'zod';

/** The state of a target. The last nine are terminal. */
export const TargetState = z.enum([
  'queued',
  'scanning',
  'patching',
  'verifying',
  'publishing',
  'clean',
  'patched',
  'already-patched',
  'planned',
  'waiting',
  'skipped',
  'rejected',
  'failed',
  'canceled',
]);
export type TargetState = z.infer<typeof TargetState>;

/**
 * The transitions, as data. A tag whose source already has a patch under another tag goes from
 * `scanning` or `patching` to `verifying`: the existing patch is verified and published again. A tag
 * whose unproven patch is refused, or fixes only older findings, goes back from `verifying` to
 * `patching`.
 * A publishing target is canceled only before its tag is reserved.
 */
const TRANSITIONS: Readonly<Record<TargetState, readonly TargetState[]>> = {
  queued: ['scanning', 'waiting', 'skipped', 'failed', 'canceled'],
  scanning: [
    'patching',
    'verifying',
    'clean',
    'already-patched',
    'planned',
    'waiting',
    'skipped',
    'failed',
    'canceled',
  ],
  patching: ['verifying', 'already-patched', 'skipped', 'rejected', 'failed', 'canceled'],
  verifying: ['patching', 'publishing', 'skipped', 'rejected', 'failed', 'canceled'],
  publishing: ['patched', 'already-patched', 'skipped', 'failed', 'canceled'],
  clean: [],
  patched: [],
  'already-patched': [],
  planned: [],
  waiting: [],
  skipped: [],
  rejected: [],
  failed: [],
  canceled: [],
};

export function isTerminal(state: TargetState): boolean {
  return TRANSITIONS[state].length === 0;
}

/** Throws if the table lacks the transition. That is a defect in the code. */
export function assertTransition(from: TargetState, to: TargetState): void {
  if (!TRANSITIONS[from].includes(to)) {
    throw new Error(`a target may not go from ${from} to ${to}`);
  }
}

/** All allowed transitions, for tests that must cover each. */
export function allTransitions(): readonly (readonly [TargetState, TargetState])[] {
  return TargetState.options.flatMap((from) => TRANSITIONS[from].map((to) => [from, to] as const));
}
