import * as z from 'zod';
import { TABLES, type Tables } from '../../../storage/tables.ts';
import { TypedTable } from '../../../storage/typed-table.ts';
import type { RunId } from '../../records/run-id.ts';
import { Telling } from '../../records/telling.ts';
import type { LeaseTime } from '../lease-store.ts';
import type { Stored } from '../stored.ts';
import type { Tellings } from '../tellings.ts';
import { jsonColumn } from './json-column.ts';
import { RecordTable } from './record-table.ts';

/** The partition with a row for each run, whose key is the run's id. */
export const TELLING_PARTITION = 'telling';
const GONE = 'receiver-gone';
const Keys = jsonColumn(z.array(z.string()).readonly());

const TellingRow = Telling.extend({
  partitionKey: z.literal(TELLING_PARTITION),
  rowKey: z.string(),
  told: Keys,
  givenUp: Keys,
  refused: Keys,
});

const GoneRow = z.object({
  partitionKey: z.literal(GONE),
  rowKey: z.string(),
  since: z.date(),
});

/** Rows in PatchwrightState: one for each run, and one for each receiver that is gone. */
export class TableTellings implements Tellings {
  readonly #runs: RecordTable<z.infer<typeof TellingRow>, Telling>;
  readonly #gone: TypedTable<z.infer<typeof GoneRow>>;

  constructor(tables: Tables) {
    this.#runs = new RecordTable(tables, {
      table: TABLES.state,
      schema: TellingRow,
      toRow: (telling) => ({ ...telling, ...keysOf(telling.runId) }),
      fromRow: ({ partitionKey: _1, rowKey: _2, ...telling }) => telling,
    });
    this.#gone = new TypedTable({ tables, table: TABLES.state, schema: GoneRow });
  }

  async take(runId: RunId, { from, until }: LeaseTime): Promise<Stored<Telling> | undefined> {
    const known = await this.#runs.find(keysOf(runId));
    if (known === undefined) {
      const nothing = { told: [], givenUp: [], refused: [], refusals: 0, failures: 0 };
      return this.#runs.insert({ runId, ...nothing, nextAt: from, leaseUntil: until });
    }
    if (known.nextAt > from || (known.leaseUntil !== undefined && known.leaseUntil > from)) {
      return undefined;
    }
    return this.#runs.update(known, { leaseUntil: until });
  }

  save(held: Stored<Telling>, changes: Partial<Telling>): Promise<Stored<Telling> | undefined> {
    return this.#runs.update(held, changes);
  }

  async goneSince(addressHash: string): Promise<Date | undefined> {
    return (await this.#gone.get(GONE, addressHash))?.row.since;
  }

  /** A lost race needs no retry: the winner has just noted the same. */
  async markGone(addressHash: string, now: Date): Promise<void> {
    await this.#gone.insert({ partitionKey: GONE, rowKey: addressHash, since: now });
  }

  async revive(addressHash: string): Promise<void> {
    const stored = await this.#gone.get(GONE, addressHash);
    if (stored !== undefined) await this.#gone.delete(stored.row, stored.etag);
  }
}

function keysOf(runId: RunId): {
  readonly partitionKey: typeof TELLING_PARTITION;
  readonly rowKey: string;
} {
  return { partitionKey: TELLING_PARTITION, rowKey: runId };
}
