import type { Clock } from '../../clock.ts';
import type { RequestKeys } from '../stores/request-keys.ts';

/** How long a request that is repeated with its `Idempotency-Key` starts no second run. */
const REQUEST_KEY_DAYS = 7;
/** The reaper runs every few minutes, so that a rest waits for its next start. */
const MOST_AT_ONCE = 100;

/** Deletes the rows of requests that nobody repeats any more. One operation, and one for each of them. */
export async function forgetRequests(requestKeys: RequestKeys, clock: Clock): Promise<void> {
  const before = new Date(clock.now().getTime() - REQUEST_KEY_DAYS * 86_400_000);
  await requestKeys.forget(before, MOST_AT_ONCE);
}
