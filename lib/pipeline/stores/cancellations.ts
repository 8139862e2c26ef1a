import type { RunId } from '../records/run-id.ts';

/**
 * Port: requests to cancel a run. They have their own records, so that a request never conflicts
 * with the tick that writes its run. Adapter: `TableCancellations`.
 */
export interface Cancellations {
  request(runId: RunId, at: Date): Promise<void>;
  isRequested(runId: RunId): Promise<boolean>;
}
