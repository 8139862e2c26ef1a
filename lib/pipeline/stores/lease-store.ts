import type { Leased } from '../records/leased.ts';
import type { Stored } from './stored.ts';

/** Leases of records. Every write returns undefined if another writer changed the record first. */
export interface LeaseStore<Record extends Leased> {
  /** Takes the lease and increments the wake number. */
  take(record: Stored<Record>, lease: LeaseTime): Promise<Stored<Record> | undefined>;
  /** Changes a record whose lease the caller holds. */
  save(held: Stored<Record>, changes: Partial<Record>): Promise<Stored<Record> | undefined>;
  /** Changes a record whose lease the caller holds, and ends the lease. */
  release(held: Stored<Record>, changes: Partial<Record>): Promise<Stored<Record> | undefined>;
}

export interface LeaseTime {
  readonly from: Date;
  readonly until: Date;
}
