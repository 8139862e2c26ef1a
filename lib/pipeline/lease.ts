import type { Clock } from '../clock.ts';
import type { Leased } from './records/leased.ts';
import type { LeaseStore, LeaseTime } from './stores/lease-store.ts';
import type { Stored } from './stores/stored.ts';

/** Another step holds the work, or may hold it: the caller stops without another effect. */
export class LeaseLost extends Error {
  constructor() {
    super('the lease was lost');
    this.name = 'LeaseLost';
  }
}

/** Proof that the caller still owns the work. Throws `LeaseLost` if the lease expired. */
export interface Lease {
  /** To be called just before each effect outside. */
  assertHeld(): void;
}

/** The reaper needs no lease: it runs once at a time, and touches only what is over. */
export const NO_LEASE: Lease = { assertHeld: () => {} };

/**
 * A record that one step works on. Every write names the version of the last one, so that a holder
 * whose lease expired finds out at its next write.
 */
export abstract class Held<Record extends Leased> implements Lease {
  readonly #store: LeaseStore<Record>;
  readonly #clock: Clock;
  #stored: Stored<Record>;

  protected constructor(store: LeaseStore<Record>, clock: Clock, stored: Stored<Record>) {
    this.#store = store;
    this.#clock = clock;
    this.#stored = stored;
  }

  protected get record(): Record {
    return this.#stored;
  }

  /** Persists an intent or progress. Throws `LeaseLost` if somebody else changed the record. */
  async save(changes: Partial<Record>): Promise<void> {
    this.#keep(await this.#store.save(this.#stored, changes));
  }

  /** Ends the step and its lease. Throws `LeaseLost` if somebody else changed the record. */
  async release(changes: Partial<Record>): Promise<void> {
    this.#keep(await this.#store.release(this.#stored, changes));
  }

  assertHeld(): void {
    const until = this.record.leaseUntil;
    if (until === undefined || until <= this.#clock.now()) throw new LeaseLost();
  }

  #keep(stored: Stored<Record> | undefined): void {
    if (stored === undefined) throw new LeaseLost();
    this.#stored = stored;
  }
}

/** The lease that a step takes now. */
export function leaseFrom(now: Date, seconds: number): LeaseTime {
  return { from: now, until: new Date(now.getTime() + seconds * 1000) };
}
