import * as z from 'zod';
import { TABLES, type Tables } from '../../../storage/tables.ts';
import { TypedTable } from '../../../storage/typed-table.ts';
import type { Throttle } from '../throttle.ts';

const KEYS = { partitionKey: 'throttle', rowKey: 'container-groups' } as const;

/** One row in PatchwrightState. A 429 for one job holds back all jobs. */
const ThrottleRow = z.object({
  partitionKey: z.literal(KEYS.partitionKey),
  rowKey: z.literal(KEYS.rowKey),
  notBefore: z.date(),
});
type ThrottleRow = z.infer<typeof ThrottleRow>;

/** One row in PatchwrightState. */
export class TableThrottle implements Throttle {
  readonly #rows: TypedTable<ThrottleRow>;

  constructor(tables: Tables) {
    this.#rows = new TypedTable({ tables, table: TABLES.state, schema: ThrottleRow });
  }

  async heldUntil(now: Date): Promise<Date | undefined> {
    const stored = await this.#rows.get(KEYS.partitionKey, KEYS.rowKey);
    if (stored === undefined || stored.row.notBefore <= now) return undefined;
    return stored.row.notBefore;
  }

  /** A lost race needs no retry: the winner has just moved the time. */
  async holdUntil(notBefore: Date): Promise<void> {
    const stored = await this.#rows.get(KEYS.partitionKey, KEYS.rowKey);
    const row = { ...KEYS, notBefore };
    if (stored === undefined) await this.#rows.insert(row);
    else if (stored.row.notBefore < notBefore) await this.#rows.replace(row, stored.etag);
  }
}
