import type { Webhook, WebhookAnswer } from '../../webhook/webhook.ts';
import type { Services } from '../services.ts';
import type { News } from './news.ts';

/** How long one round sends. The rest is for the next round. */
const ROUND_SECONDS = 60;
/** A round repeats refused events until so many in a row are refused again. */
const MAX_REFUSALS = 3;

export interface Sent {
  /** Keys of the events that the receiver accepted. */
  readonly accepted: readonly string[];
  /** Keys of the events that the receiver refused, in the order in which it did. */
  readonly refused: readonly string[];
  /** Why not all of them were accepted; undefined if only the time ran out. */
  readonly detail: string | undefined;
  /** `unavailable` and `gone` are the receiver's answer to the last event that was sent. */
  readonly end: 'all-sent' | 'time-ran-out' | 'unavailable' | 'gone';
  readonly retryAfterSeconds: number;
}

/**
 * Sends new events, and then those that were refused before. Stops if the receiver can't be used, but goes
 * on after an event that it refuses, so that no event holds up the others.
 */
export async function sendNews(
  { clock }: Pick<Services, 'clock'>,
  webhook: Webhook,
  { fresh, repeated }: { readonly fresh: readonly News[]; readonly repeated: readonly News[] },
): Promise<Sent> {
  const until = clock.now().getTime() + ROUND_SECONDS * 1000;
  const accepted: string[] = [];
  const refused: string[] = [];
  let detail: string | undefined;
  const ended = (end: Sent['end'], answer?: WebhookAnswer): Sent => {
    const retryAfterSeconds = (answer?.kind === 'unavailable' && answer.retryAfterSeconds) || 0;
    return { accepted, refused, detail, end, retryAfterSeconds };
  };
  let refusals = 0;
  for (const [nth, { key, event }] of [...fresh, ...repeated].entries()) {
    if (clock.now().getTime() >= until) return ended('time-ran-out');
    if (refusals >= MAX_REFUSALS) break;
    const answer = await webhook.send({ id: event.id, body: JSON.stringify(event) });
    if (answer.kind === 'accepted') {
      accepted.push(key);
      refusals = 0;
      continue;
    }
    detail = answer.detail;
    if (answer.kind !== 'refused') return ended(answer.kind, answer);
    refused.push(key);
    if (nth >= fresh.length) refusals += 1;
  }
  return ended('all-sent');
}
