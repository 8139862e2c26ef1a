import { z } from 'zod';

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
 * be there before anyone saw the group come up: `launching → done`. A group that was refused, or that
 * Azure never provisioned, puts its job back to `ready`.
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

/** Throws if the table does not have the transition: a defect, never an outcome. */
export function assertJobTransition(from: JobState, to: JobState): void {
  if (!TRANSITIONS[from].includes(to)) {
    throw new Error(`a job may not go from ${from} to ${to}`);
  }
}

/** Every pair that the table allows, for tests that must have seen each. */
export function allJobTransitions(): readonly (readonly [JobState, JobState])[] {
  return JobState.options.flatMap((from) => TRANSITIONS[from].map((to) => [from, to] as const));
}
