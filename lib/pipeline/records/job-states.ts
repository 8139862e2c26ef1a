import * as z from 'zod';

/** The state of a job. The last five are terminal; docs/reasons.md says what each means. */
export const JobState = z.enum([
  'waiting',
  'ready',
  'launching',
  'running',
  'done',
  'lost',
  'canceled',
  'dropped',
  'run-over',
]);
export type JobState = z.infer<typeof JobState>;

/**
 * The transitions, as data. A publish job has no group and goes from `ready` to its end. A result may
 * arrive before a step sees the group: `launching → done`. If Azure refuses or never provisions the
 * group, the job goes back to `ready`.
 */
const TRANSITIONS: Readonly<Record<JobState, readonly JobState[]>> = {
  waiting: ['ready', 'dropped', 'run-over'],
  ready: ['launching', 'done', 'lost', 'canceled', 'run-over'],
  launching: ['running', 'ready', 'done', 'lost', 'canceled', 'run-over'],
  running: ['ready', 'done', 'lost', 'canceled', 'run-over'],
  done: [],
  lost: [],
  canceled: [],
  dropped: [],
  'run-over': [],
};

export function isJobOver({ state }: { readonly state: JobState }): boolean {
  return TRANSITIONS[state].length === 0;
}

/** Throws if the table lacks the transition. That is a defect in the code. */
export function assertJobTransition(from: JobState, to: JobState): void {
  if (!TRANSITIONS[from].includes(to)) {
    throw new Error(`a job may not go from ${from} to ${to}`);
  }
}

/** All allowed transitions, for tests that must cover each. */
export function allJobTransitions(): readonly (readonly [JobState, JobState])[] {
  return JobState.options.flatMap((from) => TRANSITIONS[from].map((to) => [from, to] as const));
}
