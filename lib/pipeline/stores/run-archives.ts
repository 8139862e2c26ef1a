import type { RunArchive } from '../records/run-archive.ts';
import type { RunId } from '../records/run-id.ts';

/** The partition of PatchwrightState with a row for each archived run. */
export const ARCHIVED_PARTITION = 'archived';

/** Port: what is left of archived runs: where their rows are. Adapter: `TableRunArchives`. */
export interface RunArchives {
  find(runId: RunId): Promise<RunArchive | undefined>;
  /** Does nothing if the run has one. */
  note(archive: RunArchive): Promise<void>;
}
