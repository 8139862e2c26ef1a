import * as z from 'zod';
import { GroupRefusal } from '../../../containers/container-groups.ts';
import { TABLES, type Tables } from '../../../storage/tables.ts';
import { TypedTable } from '../../../storage/typed-table.ts';
import { truncate } from '../../../text/truncate.ts';
import type { Hold, HoldReason, Throttle } from '../throttle.ts';

const LONGEST_DETAIL = 1000;

export const THROTTLE_KEYS = { partitionKey: 'throttle', rowKey: 'container-groups' } as const;

/** One row in PatchwrightState. A 429 for one job holds back all jobs. */
export const ThrottleRow = z.object({
  partitionKey: z.literal(THROTTLE_KEYS.partitionKey),
  rowKey: z.literal(THROTTLE_KEYS.rowKey),
  notBefore: z.date(),
  refusal: z.string().optional(),
  detail: z.string().optional(),
});
type ThrottleRow = z.infer<typeof ThrottleRow>;

/** Returns undefined if the time of the row has passed. */
export function holdOf(row: ThrottleRow, now: Date): Hold | undefined {
  if (row.notBefore <= now) return undefined;
  const refusal = GroupRefusal.safeParse(row.refusal).data;
  return { until: row.notBefore, reason: refusal && { refusal, detail: row.detail ?? '' } };
}

/** One row in PatchwrightState. */
export class TableThrottle implements Throttle {
  readonly #rows: TypedTable<ThrottleRow>;

  constructor(tables: Tables) {
    this.#rows = new TypedTable({ tables, table: TABLES.state, schema: ThrottleRow });
  }

  async heldUntil(now: Date): Promise<Date | undefined> {
    return (await this.hold(now))?.until;
  }

  async hold(now: Date): Promise<Hold | undefined> {
    const stored = await this.#rows.get(THROTTLE_KEYS.partitionKey, THROTTLE_KEYS.rowKey);
    return stored && holdOf(stored.row, now);
  }

  /** A lost race needs no retry: the winner has just moved the time. */
  async holdUntil(notBefore: Date, reason?: HoldReason): Promise<void> {
    const stored = await this.#rows.get(THROTTLE_KEYS.partitionKey, THROTTLE_KEYS.rowKey);
    const why = reason && { ...reason, detail: truncate(reason.detail, LONGEST_DETAIL) };
    const row = { ...THROTTLE_KEYS, notBefore, ...why };
    if (stored === undefined) await this.#rows.insert(row);
    else if (stored.row.notBefore < notBefore) await this.#rows.replace(row, stored.etag);
  }
}
