import type { Leased } from '../records/leased.ts';
import type { Stored } from './stored.ts';

/** Records that one step at a time works on. Undefined from each: somebody else changed the record. */
export interface LeaseStore<Record extends Leased> {
  /** Takes the lease until then, and with it the next wake number. */
  take(record: Stored<Record>, lease: LeaseTime): Promise<Stored<Record> | undefined>;
  /** Changes a record that the caller holds. */
  save(held: Stored<Record>, changes: Partial<Record>): Promise<Stored<Record> | undefined>;
  /** Changes a record that the caller holds, and ends its lease. */
  release(held: Stored<Record>, changes: Partial<Record>): Promise<Stored<Record> | undefined>;
}

export interface LeaseTime {
  readonly from: Date;
  readonly until: Date;
}
