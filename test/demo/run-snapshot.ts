import type { Run } from '../../lib/pipeline/records/run.ts';
import type { TargetState } from '../../lib/pipeline/records/target-states.ts';

export interface TargetView {
  readonly image: string;
  readonly state: TargetState;
  readonly reason: string | undefined;
  /** The tag that is published, or will be. */
  readonly patchTag: string | undefined;
  /** The container group that works on it now. */
  readonly group: string | undefined;
}

export interface GroupView {
  readonly name: string;
  /** `scan`, `patch` or `verify`. */
  readonly kind: string;
  /** ARM's state: Pending, Running, Succeeded, … */
  readonly state: string;
  readonly images: readonly string[];
  /** Seconds since it was first seen. */
  readonly seconds: number;
}

/** A run at one moment, from its rows and the existing container groups. */
export interface RunSnapshot {
  readonly runId: string;
  readonly state: Run['state'];
  /** Seconds since the run was started. */
  readonly seconds: number;
  readonly targets: readonly TargetView[];
  readonly groups: readonly GroupView[];
}
