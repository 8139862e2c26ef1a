import type { RequestKind } from './operation.ts';

/** More than any test makes; older ones are forgotten, so that a long-lived world stays small. */
const KEPT = 20_000;

/** One request and how it ended. No token is ever part of it. */
export interface RequestEvent {
  readonly kind: RequestKind;
  readonly method: string;
  readonly path: string;
  readonly repository: string | undefined;
  /** 0: the connection was dropped, or the client broke it off. */
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

  /** How often each kind was asked for. */
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
