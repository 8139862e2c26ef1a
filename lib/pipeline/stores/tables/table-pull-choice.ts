import { z } from 'zod';
import { TABLES, type Tables } from '../../../storage/tables.ts';
import { TypedTable } from '../../../storage/typed-table.ts';
import type { PullChoice, PullKind } from '../pull-choice.ts';

const KEYS = { partitionKey: 'pull-credential', rowKey: 'worker-images' } as const;

const PullRow = z.object({
  partitionKey: z.literal(KEYS.partitionKey),
  rowKey: z.literal(KEYS.rowKey),
  kind: z.enum(['access-token', 'refresh-token']),
});
type PullRow = z.infer<typeof PullRow>;

/** One row in PatchwrightState. */
export class TablePullChoice implements PullChoice {
  readonly #rows: TypedTable<PullRow>;

  constructor(tables: Tables) {
    this.#rows = new TypedTable({ tables, table: TABLES.state, schema: PullRow });
  }

  async remembered(): Promise<PullKind | undefined> {
    const stored = await this.#rows.get(KEYS.partitionKey, KEYS.rowKey);
    return stored?.row.kind;
  }

  /** A lost race needs no retry: the winner has just seen what works. */
  async remember(kind: PullKind): Promise<void> {
    const stored = await this.#rows.get(KEYS.partitionKey, KEYS.rowKey);
    const row = { ...KEYS, kind };
    if (stored === undefined) await this.#rows.insert(row);
    else if (stored.row.kind !== kind) await this.#rows.replace(row, stored.etag);
  }
}
