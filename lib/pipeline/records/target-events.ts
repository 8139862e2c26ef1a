import type { Reason } from './reasons.ts';
import type { TargetState } from './target-states.ts';

/** A change of a target's state. */
export interface TargetEvent {
  readonly at: Date;
  readonly state: TargetState;
  readonly reason?: Reason | undefined;
  /** The job that had the target. Empty for none. */
  readonly job: string;
}

/** A target has about five states. The limit keeps a defect from filling the row. */
export const MAX_EVENTS = 30;
const FIRST_EVENTS = 10;

/**
 * Appends a line such as `2026-11-23T02:06:02.000Z failed tool-failed patch-27e1598798443f78`. Of too
 * many lines, the first and the last ones stay.
 */
export function withEvent(events: string | undefined, event: TargetEvent): string {
  const { at, state, reason = '', job } = event;
  const line = [at.toISOString(), state, reason, job].filter((word) => word !== '').join(' ');
  const lines = [...(events === undefined ? [] : events.split('\n')), line];
  if (lines.length <= MAX_EVENTS) return lines.join('\n');
  return [...lines.slice(0, FIRST_EVENTS), ...lines.slice(FIRST_EVENTS + 1)].join('\n');
}
