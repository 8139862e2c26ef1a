import { EventName } from '../../lib/webhook/event-names.ts';
import type { Webhook, WebhookAnswer, WebhookMessage } from '../../lib/webhook/webhook.ts';

/** A receiver of events in memory. By default it wants every event, and accepts each. */
export class MemoryWebhook implements Webhook {
  readonly host = 'hooks.example';
  readonly addressHash: string = 'a'.repeat(64);
  readonly events: ReadonlySet<EventName>;
  /** Every request, also the refused ones. */
  readonly requests: WebhookMessage[] = [];
  readonly accepted: WebhookMessage[] = [];
  answer: (message: WebhookMessage) => WebhookAnswer = () => ({ kind: 'accepted' });

  constructor(events: readonly EventName[] = EventName.options) {
    this.events = new Set(events);
  }

  async send(message: WebhookMessage): Promise<WebhookAnswer> {
    this.requests.push(message);
    const answer = this.answer(message);
    if (answer.kind === 'accepted') this.accepted.push(message);
    return answer;
  }

  /** What the type and the subject of each accepted event say, in order. */
  get heard(): readonly string[] {
    return this.accepted.map(({ body }) => {
      const { type, subject } = JSON.parse(body);
      return `${String(type).replace('io.patchwright.', '')} ${String(subject)}`;
    });
  }
}
