import * as z from 'zod';
import { TABLES, type Tables } from '../../../storage/tables.ts';
import { TypedTable } from '../../../storage/typed-table.ts';
import { RunArchive } from '../../records/run-archive.ts';
import type { RunId } from '../../records/run-id.ts';
import { ARCHIVED_PARTITION, type RunArchives } from '../run-archives.ts';
import type { RowMapping } from './record-table.ts';
import { runKeysOf } from './table-runs.ts';

/** Its row key is the run's. */
const ArchiveRow = RunArchive.extend({
  partitionKey: z.literal(ARCHIVED_PARTITION),
  rowKey: z.string(),
});
type ArchiveRow = z.infer<typeof ArchiveRow>;

export const RUN_ARCHIVES: RowMapping<ArchiveRow, RunArchive> = {
  table: TABLES.state,
  schema: ArchiveRow,
  toRow: (archive) => ({ ...archive, ...archiveKeysOf(archive.runId) }),
  fromRow: ({ partitionKey: _1, rowKey: _2, ...archive }) => archive,
};

/** Rows in PatchwrightState. They remain after the rows of their runs are deleted. */
export class TableRunArchives implements RunArchives {
  readonly #rows: TypedTable<ArchiveRow>;

  constructor(tables: Tables) {
    this.#rows = new TypedTable({ tables, ...RUN_ARCHIVES });
  }

  async find(runId: RunId): Promise<RunArchive | undefined> {
    const { partitionKey, rowKey } = archiveKeysOf(runId);
    const stored = await this.#rows.get(partitionKey, rowKey);
    return stored && RUN_ARCHIVES.fromRow(stored.row);
  }

  async note(archive: RunArchive): Promise<void> {
    await this.#rows.insert(RUN_ARCHIVES.toRow(archive));
  }
}

export function archiveKeysOf(runId: RunId): Pick<ArchiveRow, 'partitionKey' | 'rowKey'> {
  return { partitionKey: ARCHIVED_PARTITION, rowKey: runKeysOf(runId).rowKey };
}
