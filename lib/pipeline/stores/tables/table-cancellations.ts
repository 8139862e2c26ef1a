import * as z from 'zod';
import { TABLES, type Tables } from '../../../storage/tables.ts';
import { TypedTable } from '../../../storage/typed-table.ts';
import { RunId } from '../../records/run-id.ts';
import type { Cancellations } from '../cancellations.ts';

/** The partition with a row for each run that was canceled. */
export const CANCEL_PARTITION = 'cancel';

/** A row in PatchwrightState, in its own partition. */
const CancelRow = z.object({
  partitionKey: z.literal(CANCEL_PARTITION),
  rowKey: RunId,
  requestedAt: z.date(),
  /** Rows of earlier versions lack it. */
  requestedBy: z.string().default('unknown'),
});
type CancelRow = z.infer<typeof CancelRow>;

/** Requests in PatchwrightState. */
export class TableCancellations implements Cancellations {
  readonly #rows: TypedTable<CancelRow>;

  constructor(tables: Tables) {
    this.#rows = new TypedTable({ tables, table: TABLES.state, schema: CancelRow });
  }

  async request(runId: RunId, requestedAt: Date, requestedBy: string): Promise<void> {
    await this.#rows.insert({
      partitionKey: CANCEL_PARTITION,
      rowKey: runId,
      requestedAt,
      requestedBy,
    });
  }

  async isRequested(runId: RunId): Promise<boolean> {
    return (await this.requestedBy(runId)) !== undefined;
  }

  async requestedBy(runId: RunId): Promise<string | undefined> {
    return (await this.#rows.get(CANCEL_PARTITION, runId))?.row.requestedBy;
  }
}
