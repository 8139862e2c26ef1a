import { z } from 'zod';

export const THROTTLE_PARTITION = 'throttle';
export const THROTTLE_ROW = 'container-groups';

/** The one record, in PatchwrightJobs, by which a 429 for one job quietens all. */
export const ThrottleRow = z.object({
  partitionKey: z.literal(THROTTLE_PARTITION),
  rowKey: z.literal(THROTTLE_ROW),
  notBefore: z.date(),
});
export type ThrottleRow = z.infer<typeof ThrottleRow>;
