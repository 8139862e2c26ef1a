import { z } from 'zod';
import { TABLES, type Tables } from '../../../storage/tables.ts';
import { TypedTable } from '../../../storage/typed-table.ts';
import type { BuilderProofs } from '../builder-proofs.ts';

const PARTITION = 'builder';

/** A row per region in PatchwrightJobs. */
const BuilderRow = z.object({
  partitionKey: z.literal(PARTITION),
  rowKey: z.string(),
  provenAt: z.date(),
});
type BuilderRow = z.infer<typeof BuilderRow>;

/** Rows in PatchwrightJobs. */
export class TableBuilderProofs implements BuilderProofs {
  readonly #rows: TypedTable<BuilderRow>;

  constructor(tables: Tables) {
    this.#rows = new TypedTable({ tables, table: TABLES.jobs, schema: BuilderRow });
  }

  async has(region: string): Promise<boolean> {
    return (await this.#rows.get(PARTITION, region)) !== undefined;
  }

  async remember(region: string, provenAt: Date): Promise<void> {
    const row: BuilderRow = { partitionKey: PARTITION, rowKey: region, provenAt };
    const stored = await this.#rows.get(PARTITION, region);
    if (stored === undefined) await this.#rows.insert(row);
    else await this.#rows.replace(row, stored.etag);
  }

  async forget(region: string): Promise<void> {
    const stored = await this.#rows.get(PARTITION, region);
    if (stored !== undefined) await this.#rows.delete(stored.row, stored.etag);
  }
}
