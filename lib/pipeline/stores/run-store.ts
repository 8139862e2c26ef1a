import type { Run, RunCounts } from '../records/run.ts';
import type { RunId } from '../records/run-id.ts';
import type { LeaseStore } from './lease-store.ts';
import type { PassOver, Stored } from './stored.ts';

/** Port: the runs. Adapter: `TableRuns`. */
export interface RunStore extends LeaseStore<Run> {
  find(runId: RunId): Promise<Stored<Run> | undefined>;
  newestFirst(passOver: PassOver): AsyncIterable<Stored<Run>>;
  /** A run that exists already stays as it is. */
  start(run: Run): Promise<'started' | 'exists'>;
  /** Ends the last look at a run that is over, with the counts if they are known. */
  close(run: Stored<Run>, counts: RunCounts | undefined): Promise<Stored<Run> | undefined>;
}
