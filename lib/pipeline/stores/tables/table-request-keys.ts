import * as z from 'zod';
import { sha256Hex } from '../../../image/digest.ts';
import { TABLES, type Tables } from '../../../storage/tables.ts';
import { TypedTable } from '../../../storage/typed-table.ts';
import type { KeyedRequest, RequestKeys } from '../request-keys.ts';

const PARTITION = 'request';

/** A row in PatchwrightState. The key is untrusted text, so that the row has its hash. */
const RequestRow = z.object({
  partitionKey: z.literal(PARTITION),
  rowKey: z.string(),
  at: z.date(),
  digest: z.string(),
});
type RequestRow = z.infer<typeof RequestRow>;

/** Request keys in PatchwrightState. */
export class TableRequestKeys implements RequestKeys {
  readonly #rows: TypedTable<RequestRow>;

  constructor(tables: Tables) {
    this.#rows = new TypedTable({ tables, table: TABLES.state, schema: RequestRow });
  }

  async remember(key: string, request: KeyedRequest): Promise<KeyedRequest> {
    const rowKey = sha256Hex(key);
    const row = { partitionKey: PARTITION, rowKey, ...request } as const;
    const inserted = await this.#rows.insert(row);
    const known = inserted ?? (await this.#rows.get(PARTITION, rowKey));
    if (known === undefined) throw new Error('a request key disappeared');
    const { at, digest } = known.row;
    return { at, digest };
  }

  async forget(before: Date, most: number): Promise<void> {
    let deleted = 0;
    for await (const { row, etag } of this.#rows.listReadable(PARTITION, () => undefined)) {
      if (row.at >= before) continue;
      await this.#rows.delete(row, etag);
      deleted += 1;
      if (deleted >= most) return;
    }
  }
}
