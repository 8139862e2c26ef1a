import * as z from 'zod';
import { TABLES, type Tables } from '../../../storage/tables.ts';
import { TypedTable } from '../../../storage/typed-table.ts';
import type { PullChoice, PullKind } from '../pull-choice.ts';

const KEYS = { partitionKey: 'pull-credential', rowKey: 'worker-images' } as const;

/** The narrower credential gets a new try each day, because the refusal may have passed. */
const DAY_MS = 24 * 3600 * 1000;

const PullRow = z.object({
  partitionKey: z.literal(KEYS.partitionKey),
  rowKey: z.literal(KEYS.rowKey),
  kind: z.enum(['access-token', 'refresh-token']),
  /** Absent in rows of older versions, which count as forgotten. */
  since: z.date().optional(),
});
type PullRow = z.infer<typeof PullRow>;

/** One row in PatchwrightState. */
export class TablePullChoice implements PullChoice {
  readonly #rows: TypedTable<PullRow>;

  constructor(tables: Tables) {
    this.#rows = new TypedTable({ tables, table: TABLES.state, schema: PullRow });
  }

  async remembered(now: Date): Promise<PullKind | undefined> {
    const stored = await this.#rows.get(KEYS.partitionKey, KEYS.rowKey);
    return stored !== undefined && isRecent(stored.row, now) ? stored.row.kind : undefined;
  }

  /** A lost race needs no retry: the winner has just seen what works. */
  async remember(kind: PullKind, now: Date): Promise<void> {
    const stored = await this.#rows.get(KEYS.partitionKey, KEYS.rowKey);
    const row = { ...KEYS, kind, since: now };
    if (stored === undefined) await this.#rows.insert(row);
    else if (stored.row.kind !== kind || !isRecent(stored.row, now)) {
      await this.#rows.replace(row, stored.etag);
    }
  }
}

function isRecent({ since }: PullRow, now: Date): boolean {
  return since !== undefined && now.getTime() - since.getTime() < DAY_MS;
}
