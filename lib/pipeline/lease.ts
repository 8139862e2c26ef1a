import type { Clock } from '../clock.ts';
import type { Leased } from './records/leased.ts';
import type { LeaseStore, LeaseTime } from './stores/lease-store.ts';
import type { Stored } from './stores/stored.ts';

/** Another step may own the work: the caller must stop without further effects. */
export class LeaseLost extends Error {
  constructor() {
    super('the lease was lost');
    this.name = 'LeaseLost';
  }
}

/** Proof that the caller still owns the work. Throws `LeaseLost` if the lease expired. */
export interface Lease {
  /** Call this right before each external effect. */
  assertHeld(): void;
}

/** The reaper needs no lease: it never runs twice at once and handles only ended runs. */
export const NO_LEASE: Lease = { assertHeld: () => {} };

/**
 * A record whose lease one step holds. Every write checks the version of the last one, so a holder
 * whose lease expired fails at its next write.
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

  /** Persists an intent or progress. Throws `LeaseLost` if another writer changed the record. */
  async save(changes: Partial<Record>): Promise<void> {
    this.#keep(await this.#store.save(this.#stored, changes));
  }

  /** Ends the step and its lease. Throws `LeaseLost` if another writer changed the record. */
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

export function leaseFrom(now: Date, seconds: number): LeaseTime {
  return { from: now, until: new Date(now.getTime() + seconds * 1000) };
}
