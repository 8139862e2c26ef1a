import { z } from 'zod';
import type { Services } from './services.ts';

const PARTITION = 'throttle';
const ROW = 'container-groups';

/** The one record, in PatchwrightJobs, by which a 429 for one job quietens all. */
export const ThrottleRow = z.object({
  partitionKey: z.literal(PARTITION),
  rowKey: z.literal(ROW),
  notBefore: z.date(),
});
export type ThrottleRow = z.infer<typeof ThrottleRow>;

/** When the next group may be created at the earliest; undefined: now. */
export async function throttledUntil(services: Services): Promise<Date | undefined> {
  const stored = await services.throttles.get(PARTITION, ROW);
  if (stored === undefined || stored.row.notBefore <= services.clock.now()) return undefined;
  return stored.row.notBefore;
}

/** Moves the time forward, never back. A lost race means that somebody else has just done so. */
export async function throttleUntil(services: Services, notBefore: Date): Promise<void> {
  const row = { partitionKey: PARTITION, rowKey: ROW, notBefore } as const;
  const stored = await services.throttles.get(PARTITION, ROW);
  if (stored === undefined) await services.throttles.insert(row);
  else if (stored.row.notBefore < notBefore) await services.throttles.replace(row, stored.etag);
}
