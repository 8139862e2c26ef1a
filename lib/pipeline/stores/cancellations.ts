import type { RunId } from '../records/run-id.ts';

/**
 * Port: requests to cancel a run. They have their own records, so that a request never conflicts
 * with the tick that writes its run. Adapter: `TableCancellations`.
 */
export interface Cancellations {
  /** Keeps the first request of a run. `by` is for people. */
  request(runId: RunId, at: Date, by: string): Promise<void>;
  isRequested(runId: RunId): Promise<boolean>;
  /** Who requested it; undefined if nobody did. */
  requestedBy(runId: RunId): Promise<string | undefined>;
}
