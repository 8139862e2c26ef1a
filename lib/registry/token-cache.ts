import type { Clock } from '../clock.ts';
import type { RegistryToken } from './registry.ts';

/** How long before its end a token is no longer handed out: a request must still arrive with it. */
const MARGIN_MS = 2 * 60_000;

/** Each is some KiB, and a registry may have thousands of repositories. */
const MAX_TOKENS = 500;

interface Entry {
  readonly asked: Promise<RegistryToken>;
  /** Known once the token is there. */
  usableUntil?: number;
}

/**
 * Keeps tokens until shortly before their end, and of many those that were used last. Callers at the
 * same time share one request for a token; a failed one is forgotten, so that the next caller asks
 * again.
 */
export class TokenCache {
  readonly #clock: Clock;
  /** The one that was used last stands last. */
  readonly #kept = new Map<string, Entry>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async get(key: string, obtain: () => Promise<RegistryToken>): Promise<RegistryToken> {
    for (;;) {
      const kept = this.#kept.get(key);
      if (kept === undefined) return this.#obtain(key, obtain);
      this.#kept.delete(key);
      this.#kept.set(key, kept);
      const token = await kept.asked;
      if (usableUntil(token) > this.#now()) return token;
      this.#forget(key, kept);
    }
  }

  /** Forgets the token under this key if it is still the given one. */
  async drop(key: string, token: string): Promise<void> {
    const kept = this.#kept.get(key);
    if (kept !== undefined && (await kept.asked).token === token) this.#forget(key, kept);
  }

  async #obtain(key: string, obtain: () => Promise<RegistryToken>): Promise<RegistryToken> {
    this.#makeRoom();
    const entry: Entry = { asked: obtain() };
    this.#kept.set(key, entry);
    try {
      const token = await entry.asked;
      entry.usableUntil = usableUntil(token);
      return token;
    } catch (error) {
      this.#forget(key, entry);
      throw error;
    }
  }

  #makeRoom(): void {
    const now = this.#now();
    for (const [key, { usableUntil: end }] of this.#kept) {
      if (end !== undefined && end <= now) this.#kept.delete(key);
    }
    for (const key of this.#kept.keys()) {
      if (this.#kept.size < MAX_TOKENS) return;
      this.#kept.delete(key);
    }
  }

  #forget(key: string, entry: Entry): void {
    if (this.#kept.get(key) === entry) this.#kept.delete(key);
  }

  #now(): number {
    return this.#clock.now().getTime();
  }
}

function usableUntil(token: RegistryToken): number {
  return token.expiresAt.getTime() - MARGIN_MS;
}
