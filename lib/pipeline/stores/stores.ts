import type { Cancellations } from './cancellations.ts';
import type { Findings } from './findings.ts';
import type { Inventory } from './inventory.ts';
import type { JobStore } from './job-store.ts';
import type { PullChoice } from './pull-choice.ts';
import type { RunArchives } from './run-archives.ts';
import type { RunRows } from './run-rows.ts';
import type { RunStore } from './run-store.ts';
import type { TargetStore } from './target-store.ts';
import type { Tellings } from './tellings.ts';
import type { Throttle } from './throttle.ts';
import type { Timers } from './timers.ts';

/** The pipeline's persistent records. Blobs and messages have their own ports. */
export interface Stores {
  readonly runs: RunStore;
  readonly cancellations: Cancellations;
  readonly targets: TargetStore;
  readonly jobs: JobStore;
  readonly throttle: Throttle;
  readonly pullChoice: PullChoice;
  readonly timers: Timers;
  readonly inventory: Inventory;
  readonly tellings: Tellings;
  readonly findings: Findings;
  readonly runRows: RunRows;
  readonly runArchives: RunArchives;
}
