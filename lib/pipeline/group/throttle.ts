import { THROTTLE_PARTITION, THROTTLE_ROW } from '../records/throttle-row.ts';
import type { Services } from '../services.ts';

/** When the next group may be created at the earliest; undefined: now. */
export async function throttledUntil(services: Services): Promise<Date | undefined> {
  const stored = await services.throttles.get(THROTTLE_PARTITION, THROTTLE_ROW);
  if (stored === undefined || stored.row.notBefore <= services.clock.now()) return undefined;
  return stored.row.notBefore;
}

/** Moves the time forward, never back. A lost race means that somebody else has just done so. */
export async function throttleUntil(services: Services, notBefore: Date): Promise<void> {
  const row = { partitionKey: THROTTLE_PARTITION, rowKey: THROTTLE_ROW, notBefore } as const;
  const stored = await services.throttles.get(THROTTLE_PARTITION, THROTTLE_ROW);
  if (stored === undefined) await services.throttles.insert(row);
  else if (stored.row.notBefore < notBefore) await services.throttles.replace(row, stored.etag);
}
