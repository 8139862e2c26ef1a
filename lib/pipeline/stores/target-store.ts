import type { RunId } from '../records/run-id.ts';
import type { Target } from '../records/target.ts';
import type { TargetState } from '../records/target-states.ts';
import type { PassOver, Stored } from './stored.ts';

export type TargetChanges = Partial<Omit<Target, 'id' | 'runId' | 'state' | 'events'>>;

/**
 * Port: the targets. Each change of state adds a line to the target's events. Writes throw on a transition that target-states.ts lacks, and return undefined
 * if another writer changed the target first. Adapter: `TableTargets`.
 */
export interface TargetStore {
  find(runId: RunId, targetId: string): Promise<Stored<Target> | undefined>;
  ofRun(runId: RunId): AsyncIterable<Stored<Target>>;
  readableOfRun(runId: RunId, passOver: PassOver): AsyncIterable<Stored<Target>>;
  /** Adds targets of one run. Keeps existing ones unchanged. */
  addMissing(targets: readonly Target[]): Promise<void>;
  /** Moves a target to another active state, without a job and with all attempts left. */
  move(
    target: Stored<Target>,
    state: TargetState,
    changes: TargetChanges & { readonly movedAt: Date },
  ): Promise<Stored<Target> | undefined>;
  /** Changes a target within its state. Throws if it has ended. */
  change(target: Stored<Target>, changes: TargetChanges): Promise<Stored<Target> | undefined>;
  /** Ends a target. */
  finish(
    target: Stored<Target>,
    state: TargetState,
    changes: TargetChanges & { readonly finishedAt: Date },
  ): Promise<Stored<Target> | undefined>;
}
