import type { Run } from '../records/run.ts';
import type { RunCounts } from '../records/run-counts.ts';
import type { RunFindings } from '../records/run-findings.ts';
import type { RunId } from '../records/run-id.ts';
import type { CountedOperations, RunUse } from '../records/run-use.ts';
import type { LeaseStore } from './lease-store.ts';
import type { PassOver, Stored } from './stored.ts';

/** Port: the runs. Adapter: `TableRuns`. */
export interface RunStore extends LeaseStore<Run> {
  find(runId: RunId): Promise<Stored<Run> | undefined>;
  newestFirst(passOver: PassOver): AsyncIterable<Stored<Run>>;
  /** Keeps an existing run unchanged. */
  start(run: Run): Promise<'started' | 'exists'>;
  /** Marks the last look at an ended run as done, and makes these changes. */
  close(
    run: Stored<Run>,
    changes: Partial<RunCounts & RunFindings & RunUse & CountedOperations> & Pick<Run, 'tellSince'>,
  ): Promise<Stored<Run> | undefined>;
  /** Notes that an ended run has nothing more to tell, with its warnings if given. */
  endTelling(
    run: Stored<Run>,
    changes: Pick<Run, 'warnings'> & CountedOperations,
  ): Promise<Stored<Run> | undefined>;
  /** Notes the archive of an ended run, and when to look at its remaining rows again. */
  noteArchive(
    run: Stored<Run>,
    changes: Pick<Run, 'archive' | 'archiveNextAt'>,
  ): Promise<Stored<Run> | undefined>;
  /** Returns false if the run was changed since; true if it is gone. */
  delete(run: Stored<Run>): Promise<boolean>;
}
