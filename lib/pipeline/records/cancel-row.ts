import { z } from 'zod';
import { RunId } from './run-id.ts';

export const CANCEL_PARTITION = 'cancel';

/**
 * A wish to end a run, in PatchwrightRuns beside the runs. It has a row of its own, so that it never
 * competes with the tick, which alone writes the run's row.
 */
export const CancelRow = z.object({
  partitionKey: z.literal(CANCEL_PARTITION),
  rowKey: RunId,
  requestedAt: z.date(),
});
export type CancelRow = z.infer<typeof CancelRow>;
