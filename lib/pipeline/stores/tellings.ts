import type { RunId } from '../records/run-id.ts';
import type { Telling } from '../records/telling.ts';
import type { LeaseTime } from './lease-store.ts';
import type { Stored } from './stored.ts';

/** Port: which events of each run its receiver knows. Adapter: `TableTellings`. */
export interface Tellings {
  /** Undefined if another round has the run, or if the next one is due later. */
  take(runId: RunId, lease: LeaseTime): Promise<Stored<Telling> | undefined>;
  /** Undefined if another writer changed the record first. */
  save(held: Stored<Telling>, changes: Partial<Telling>): Promise<Stored<Telling> | undefined>;
  /** When the receiver at this address wanted no event any more. */
  goneSince(addressHash: string): Promise<Date | undefined>;
  markGone(addressHash: string, now: Date): Promise<void>;
  /** Forgets that a receiver wanted no event any more. */
  revive(addressHash: string): Promise<void>;
}
