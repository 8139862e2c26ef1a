import type { RequestKind } from './operation.ts';

/** More than any test makes. Older requests are dropped, so that a long-lived world stays small. */
const KEPT = 20_000;

/** One request and its result, never with a token. */
export interface RequestEvent {
  readonly kind: RequestKind;
  readonly method: string;
  readonly path: string;
  readonly repository: string | undefined;
  /** 0 if the connection was dropped, or the client closed it. */
  readonly status: number;
}

export class RequestLog {
  #events: RequestEvent[] = [];

  add(event: RequestEvent): void {
    this.#events.push(event);
    if (this.#events.length > 2 * KEPT) {
      this.#events = this.#events.slice(-KEPT);
    }
  }

  events(): readonly RequestEvent[] {
    return [...this.#events];
  }

  /** Number of requests of each kind. */
  counts(): Partial<Record<RequestKind, number>> {
    const counts: Partial<Record<RequestKind, number>> = {};
    for (const { kind } of this.#events) {
      counts[kind] = (counts[kind] ?? 0) + 1;
    }
    return counts;
  }

  clear(): void {
    this.#events = [];
  }
}
