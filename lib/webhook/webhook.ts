import type { EventName } from './event-names.ts';

export interface WebhookMessage {
  /** The same for each delivery of one event. */
  readonly id: string;
  /** The event, as JSON. */
  readonly body: string;
}

export type WebhookAnswer =
  | { readonly kind: 'accepted' }
  /** The receiver works and refuses this event. */
  | { readonly kind: 'refused'; readonly detail: string }
  /** 410: the receiver wants no event any more. */
  | { readonly kind: 'gone'; readonly detail: string }
  /** No event would be accepted now. `detail` has neither the address nor a secret. */
  | {
      readonly kind: 'unavailable';
      readonly detail: string;
      readonly retryAfterSeconds?: number | undefined;
    };

/** Port: the receiver of events. Adapter: `HttpsWebhook`. */
export interface Webhook {
  /** For people. The rest of the address may be a secret. */
  readonly host: string;
  /** Identifies the address without telling it: its SHA-256. */
  readonly addressHash: string;
  readonly events: ReadonlySet<EventName>;
  /** Sends one request and never throws. */
  send(message: WebhookMessage): Promise<WebhookAnswer>;
}
