import type { Clock } from '../../lib/clock.ts';
import { EventName } from '../../lib/webhook/event-names.ts';
import type { Webhook, WebhookAnswer, WebhookMessage } from '../../lib/webhook/webhook.ts';

/** How a receiver of events behaves. The times are seconds from the beginning. */
export interface ReceiverCourse {
  readonly down?: { readonly from: number; readonly to: number };
  /** Until then it refuses events whose id ends with such a digit, a few of all. */
  readonly refusesUntil?: number;
  /** From then on it answers 410. */
  readonly goneAt?: number;
}

const REFUSED = /[02468a]$/;

/** A receiver of events. It keeps what it accepted, also if the answer is lost. */
export class Receiver implements Webhook {
  readonly host = 'hooks.example';
  readonly addressHash: string = 'b'.repeat(64);
  readonly events: ReadonlySet<EventName> = new Set(EventName.options);
  /** How often it accepted each event, by its id. */
  readonly accepted = new Map<string, number>();
  readonly #course: ReceiverCourse;
  readonly #seconds: () => number;

  constructor(
    course: ReceiverCourse,
    { clock, start }: { readonly clock: Clock; readonly start: number },
  ) {
    this.#course = course;
    this.#seconds = () => (clock.now().getTime() - start) / 1000;
  }

  async send({ id }: WebhookMessage): Promise<WebhookAnswer> {
    const { down, refusesUntil = 0, goneAt = Infinity } = this.#course;
    const now = this.#seconds();
    if (now >= goneAt) return { kind: 'gone', detail: 'simulated' };
    if (down !== undefined && now >= down.from && now < down.to) {
      return { kind: 'unavailable', detail: 'simulated' };
    }
    if (now < refusesUntil && REFUSED.test(id)) return { kind: 'refused', detail: 'simulated' };
    this.accepted.set(id, (this.accepted.get(id) ?? 0) + 1);
    return { kind: 'accepted' };
  }
}
