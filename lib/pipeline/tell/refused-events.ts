import type { Telling } from '../records/telling.ts';
import { secondsAfter } from '../services.ts';
import type { News } from './news.ts';
import { retryDelay } from './retry-schedule.ts';
import type { Sent } from './send-news.ts';

type Refused = Pick<Telling, 'refused' | 'refusals' | 'refusedUntil'>;

/**
 * The events of a round: new ones, and those that were refused before if it is time to repeat them. The
 * ones whose last refusal is oldest come first, so that each gets its turn.
 */
export function eventsOfRound(
  news: readonly News[],
  { refused, refusedUntil }: Refused,
  about: { readonly now: Date; readonly isLast: boolean },
): { readonly fresh: readonly News[]; readonly repeated: readonly News[] } {
  const fresh = news.filter(({ key }) => !refused.includes(key));
  const waits = !about.isLast && refusedUntil !== undefined && refusedUntil > about.now;
  const known = waits ? [] : refused;
  return { fresh, repeated: known.flatMap((key) => news.find((one) => one.key === key) ?? []) };
}

/** Which events are refused after a round, and when they are repeated. */
export function refusedAfter(known: Refused, sent: Sent, now: Date): Refused {
  const tried = new Set([...sent.accepted, ...sent.refused]);
  const refused = [...known.refused.filter((key) => !tried.has(key)), ...sent.refused];
  if (refused.length === 0) return { refused, refusals: 0, refusedUntil: undefined };
  const again = known.refused.filter((key) => tried.has(key));
  // Nothing was repeated: the others wait as before.
  if (again.length === 0 && known.refused.length > 0) {
    return { refused, refusals: known.refusals, refusedUntil: known.refusedUntil };
  }
  const isBetter = again.some((key) => sent.accepted.includes(key));
  const refusals = isBetter ? 1 : known.refusals + 1;
  return { refused, refusals, refusedUntil: secondsAfter(now, retryDelay(refusals, 0)) };
}
