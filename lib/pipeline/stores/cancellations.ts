import type { RunId } from '../records/run-id.ts';

/**
 * Port: requests to end a run. They are kept apart from the runs, so that a request never competes
 * with the tick that writes its run. Adapter: `TableCancellations`.
 */
export interface Cancellations {
  request(runId: RunId, at: Date): Promise<void>;
  isRequested(runId: RunId): Promise<boolean>;
}
