import type { Run } from '../../lib/pipeline/records/run.ts';
import type { TargetState } from '../../lib/pipeline/records/target-states.ts';

export interface TargetView {
  readonly image: string;
  readonly state: TargetState;
  readonly reason: string | undefined;
  /** The tag that is, or is about to be, published. */
  readonly patchTag: string | undefined;
  /** The container group that works on it now. */
  readonly group: string | undefined;
}

export interface GroupView {
  readonly name: string;
  /** `scan`, `patch` or `verify`. */
  readonly kind: string;
  /** As ARM tells it: Pending, Running, Succeeded, … */
  readonly state: string;
  readonly images: readonly string[];
  /** Since it was first seen. */
  readonly seconds: number;
}

/** A run at one moment, from its rows and the container groups that are there. */
export interface RunSnapshot {
  readonly runId: string;
  readonly state: Run['state'];
  /** Since the run was started. */
  readonly seconds: number;
  readonly targets: readonly TargetView[];
  readonly groups: readonly GroupView[];
}
