import type { Clock } from '../clock.ts';
import type { RegistryToken } from './registry.ts';

/** How long before its end a token is no longer handed out: a request must still arrive with it. */
const MARGIN_MS = 2 * 60_000;

/**
 * Keeps tokens until shortly before their end. Callers at the same time share one request for a
 * token; a failed one is forgotten, so that the next caller asks again.
 */
export class TokenCache {
  readonly #clock: Clock;
  readonly #kept = new Map<string, Promise<RegistryToken>>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async get(key: string, obtain: () => Promise<RegistryToken>): Promise<RegistryToken> {
    for (;;) {
      const kept = this.#kept.get(key);
      if (kept === undefined) return this.#obtain(key, obtain);
      const token = await kept;
      if (token.expiresAt.getTime() - MARGIN_MS > this.#clock.now().getTime()) return token;
      this.#forget(key, kept);
    }
  }

  /** Forgets the token under this key if it is still the given one. */
  async drop(key: string, token: string): Promise<void> {
    const kept = this.#kept.get(key);
    if (kept !== undefined && (await kept).token === token) this.#forget(key, kept);
  }

  async #obtain(key: string, obtain: () => Promise<RegistryToken>): Promise<RegistryToken> {
    const asked = obtain();
    this.#kept.set(key, asked);
    try {
      return await asked;
    } catch (error) {
      this.#forget(key, asked);
      throw error;
    }
  }

  #forget(key: string, entry: Promise<RegistryToken>): void {
    if (this.#kept.get(key) === entry) this.#kept.delete(key);
  }
}
