import type { Webhook } from '../../webhook/webhook.ts';
import type { Services } from '../services.ts';
import type { News } from './news.ts';

/** How long one round sends. The rest is for the next round. */
const ROUND_SECONDS = 60;
/** Refusals in a row after which the receiver is taken to refuse everything. */
const MAX_REFUSALS = 3;

export interface Sent {
  /** Keys of the events that the receiver accepted. */
  readonly accepted: readonly string[];
  /** Why not all of them were accepted; undefined if only the time ran out. */
  readonly detail: string | undefined;
  readonly isGone: boolean;
  readonly retryAfterSeconds: number;
}

/**
 * Sends events one after another. Stops if the receiver can't be used; goes on after an event that it
 * refuses, so that one event does not hold up the others.
 */
export async function sendNews(
  { clock }: Pick<Services, 'clock'>,
  webhook: Webhook,
  news: readonly News[],
): Promise<Sent> {
  const accepted: string[] = [];
  const until = clock.now().getTime() + ROUND_SECONDS * 1000;
  let refusals = 0;
  let detail: string | undefined;
  for (const { key, event } of news) {
    if (clock.now().getTime() >= until) break;
    const answer = await webhook.send({ id: event.id, body: JSON.stringify(event) });
    if (answer.kind === 'accepted') {
      accepted.push(key);
      refusals = 0;
      continue;
    }
    detail = answer.detail;
    if (answer.kind === 'gone') return { accepted, detail, isGone: true, retryAfterSeconds: 0 };
    if (answer.kind === 'unavailable') {
      const { retryAfterSeconds = 0 } = answer;
      return { accepted, detail, isGone: false, retryAfterSeconds };
    }
    refusals += 1;
    if (refusals >= MAX_REFUSALS) break;
  }
  return { accepted, detail, isGone: false, retryAfterSeconds: 0 };
}
