import type { Clock } from '../clock.ts';
import type { RegistryToken } from './registry.ts';

/** A token is not used this shortly before its expiry, so that requests arrive in time. */
const MARGIN_MS = 2 * 60_000;

/** A token takes some KiB, and a registry may have thousands of repositories. */
const MAX_TOKENS = 500;

interface Entry {
  readonly asked: Promise<RegistryToken>;
  /** In milliseconds since the epoch; absent until the token arrives. */
  usableUntil?: number;
}

/**
 * Keeps tokens until shortly before their expiry; evicts the least recently used. Concurrent callers
 * share one request. A failed request is not cached.
 */
export class TokenCache {
  readonly #clock: Clock;
  /** In order of use, the most recent last. */
  readonly #kept = new Map<string, Entry>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** `marginMs`: how long the token must still be valid. */
  async get(
    key: string,
    obtain: () => Promise<RegistryToken>,
    marginMs = MARGIN_MS,
  ): Promise<RegistryToken> {
    for (;;) {
      const kept = this.#kept.get(key);
      if (kept === undefined) return this.#obtain(key, obtain);
      this.#kept.delete(key);
      this.#kept.set(key, kept);
      const token = await kept.asked;
      if (token.expiresAt.getTime() - marginMs > this.#now()) return token;
      this.#forget(key, kept);
    }
  }

  /** Removes the token under this key, unless another one has replaced it. */
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
