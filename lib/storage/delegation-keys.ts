import type { UserDelegationKey } from '@azure/storage-blob';
import type { Clock } from '../clock.ts';
import { StorageError } from './storage-error.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** Azure allows seven days ("Get User Delegation Key", REST reference); our keys last one. */
const MAX_LIFETIME_MS = 7 * 24 * HOUR_MS;
const LIFETIME_MS = 24 * HOUR_MS;

/** A key is renewed after half its life, because a SAS never outlives its key. */
const RENEW_BEFORE_MS = LIFETIME_MS / 2;

/** The start is backdated in case the service's clock is behind. */
const CLOCK_SKEW_MS = 15 * MINUTE_MS;

/** Requests a key for a period from the service. */
export type RequestKey = (startsOn: Date, expiresOn: Date) => Promise<UserDelegationKey>;

interface CachedKey {
  readonly expiresAt: number;
  readonly key: Promise<UserDelegationKey>;
}

/** Caches user delegation keys, with which an identity signs a SAS. */
export class DelegationKeys {
  readonly #request: RequestKey;
  readonly #clock: Clock;
  #cached: CachedKey | undefined;

  constructor(request: RequestKey, clock: Clock) {
    this.#request = request;
    this.#clock = clock;
  }

  /** Returns a key valid until then at least. Throws `invalid` if that is more than seven days away. */
  async keyFor(expiresAt: Date): Promise<UserDelegationKey> {
    const now = this.#clock.now().getTime();
    const neededUntil = expiresAt.getTime() + CLOCK_SKEW_MS;
    if (neededUntil > now + MAX_LIFETIME_MS - CLOCK_SKEW_MS) {
      throw new StorageError(
        'invalid',
        'a SAS signed by an identity must expire in less than 7 days',
      );
    }
    const cached = this.#cached;
    if (cached !== undefined && cached.expiresAt >= Math.max(neededUntil, now + RENEW_BEFORE_MS)) {
      return await cached.key;
    }
    return await this.#renew(now, Math.max(neededUntil, now + LIFETIME_MS));
  }

  /** Concurrent callers share one request. A failed request is not cached. */
  async #renew(now: number, expiresAt: number): Promise<UserDelegationKey> {
    const key = this.#request(new Date(now - CLOCK_SKEW_MS), new Date(expiresAt));
    const mine: CachedKey = { expiresAt, key };
    this.#cached = mine;
    try {
      return await key;
    } catch (error) {
      if (this.#cached === mine) this.#cached = undefined;
      throw error;
    }
  }
}
