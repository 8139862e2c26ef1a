import type { UserDelegationKey } from '@azure/storage-blob';
import type { Clock } from '../clock.ts';
import { StorageError } from './storage-error.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** A key lives at most seven days ("Get User Delegation Key", REST reference); ours live one. */
const MAX_LIFETIME_MS = 7 * 24 * HOUR_MS;
const LIFETIME_MS = 24 * HOUR_MS;

/** A key in the last half of its life is renewed: a SAS never outlives its key. */
const RENEW_BEFORE_MS = LIFETIME_MS / 2;

/** Backdated, for a service whose clock is behind. */
const CLOCK_SKEW_MS = 15 * MINUTE_MS;

/** Asks the service for a key that is good from then to then. */
export type RequestKey = (startsOn: Date, expiresOn: Date) => Promise<UserDelegationKey>;

interface CachedKey {
  readonly expiresAt: number;
  readonly key: Promise<UserDelegationKey>;
}

/** User delegation keys, which sign a SAS in an identity's name: asked for rarely, kept in memory. */
export class DelegationKeys {
  readonly #request: RequestKey;
  readonly #clock: Clock;
  #cached: CachedKey | undefined;

  constructor(request: RequestKey, clock: Clock) {
    this.#request = request;
    this.#clock = clock;
  }

  /** A key that is good until then at least. `invalid` where that is further off than a key can live. */
  async keyFor(expiresAt: Date): Promise<UserDelegationKey> {
    const now = this.#clock.now().getTime();
    const neededUntil = expiresAt.getTime() + CLOCK_SKEW_MS;
    if (neededUntil > now + MAX_LIFETIME_MS - CLOCK_SKEW_MS) {
      throw new StorageError('invalid', 'a SAS in the name of an identity lives less than 7 days');
    }
    const cached = this.#cached;
    if (cached !== undefined && cached.expiresAt >= Math.max(neededUntil, now + RENEW_BEFORE_MS)) {
      return await cached.key;
    }
    return await this.#renew(now, Math.max(neededUntil, now + LIFETIME_MS));
  }

  /** All who need the same key share one request; one that failed is forgotten. */
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
