import * as z from 'zod';
import { TABLES, type Tables } from '../../../storage/tables.ts';
import { leasedUntil } from '../../records/leased.ts';
import { PatchDays } from '../../records/patch-days.ts';
import { Run, RunFault } from '../../records/run.ts';
import type { RunCounts } from '../../records/run-counts.ts';
import type { RunFindings } from '../../records/run-findings.ts';
import { RunId } from '../../records/run-id.ts';
import type { CountedOperations, RunUse } from '../../records/run-use.ts';
import { TargetDays } from '../../records/target-days.ts';
import type { LeaseTime } from '../lease-store.ts';
import type { RunStore } from '../run-store.ts';
import type { PassOver, Stored } from '../stored.ts';
import { textOrEmpty } from './explicit-column.ts';
import { jsonColumn } from './json-column.ts';
import { RecordTable, type RowMapping } from './record-table.ts';

/** The only partition of PatchwrightRuns. */
export const RUN_PARTITION = 'run';

/** One row of PatchwrightRuns. */
const RunRow = Run.omit({ id: true }).extend({
  partitionKey: z.literal(RUN_PARTITION),
  rowKey: z.string(),
  runId: RunId,
  reason: textOrEmpty(RunFault),
  detail: textOrEmpty(z.string()),
  startedBy: textOrEmpty(z.string()),
  canceledBy: textOrEmpty(z.string()),
  warnings: textOrEmpty(z.string()),
  tools: textOrEmpty(z.string()),
  patchDays: jsonColumn(PatchDays).optional(),
  targetDays: jsonColumn(TargetDays).optional(),
  images: jsonColumn(z.array(z.string()).readonly()).optional(),
});
type RunRow = z.infer<typeof RunRow>;

export const RUNS: RowMapping<RunRow, Run> = {
  table: TABLES.runs,
  schema: RunRow,
  toRow: ({ id, ...columns }) => ({ ...columns, ...runKeysOf(id), runId: id }),
  fromRow: ({ partitionKey: _1, rowKey: _2, runId: id, ...columns }) => ({ ...columns, id }),
};

/** PatchwrightRuns. */
export class TableRuns implements RunStore {
  readonly #records: RecordTable<RunRow, Run>;

  constructor(tables: Tables) {
    this.#records = new RecordTable(tables, RUNS);
  }

  find(runId: RunId): Promise<Stored<Run> | undefined> {
    return this.#records.find(runKeysOf(runId));
  }

  newestFirst(passOver: PassOver): AsyncIterable<Stored<Run>> {
    return this.#records.listReadable(RUN_PARTITION, passOver);
  }

  async start(run: Run): Promise<'started' | 'exists'> {
    return (await this.#records.insert(run)) === undefined ? 'exists' : 'started';
  }

  take(run: Stored<Run>, { from, until }: LeaseTime): Promise<Stored<Run> | undefined> {
    return this.#records.update(run, { ...leasedUntil(run, until), tickedAt: from });
  }

  save(held: Stored<Run>, changes: Partial<Run>): Promise<Stored<Run> | undefined> {
    return this.#records.update(held, changes);
  }

  release(held: Stored<Run>, changes: Partial<Run>): Promise<Stored<Run> | undefined> {
    return this.#records.update(held, { ...changes, leaseUntil: undefined });
  }

  close(
    run: Stored<Run>,
    changes: Partial<RunCounts & RunFindings & RunUse & CountedOperations> & Pick<Run, 'tellSince'>,
  ): Promise<Stored<Run> | undefined> {
    return this.#records.update(run, { ...changes, lastLookAt: undefined });
  }

  endTelling(
    run: Stored<Run>,
    changes: Pick<Run, 'warnings'> & CountedOperations,
  ): Promise<Stored<Run> | undefined> {
    return this.#records.update(run, { ...changes, tellSince: undefined });
  }

  noteArchive(
    run: Stored<Run>,
    changes: Pick<Run, 'archive' | 'archiveNextAt'>,
  ): Promise<Stored<Run> | undefined> {
    return this.#records.update(run, changes);
  }

  delete(run: Stored<Run>): Promise<boolean> {
    return this.#records.delete(run);
  }
}

const LAST_MILLISECOND = 9_999_999_999_999;

/** The row key sorts the newest run first and is derived from the id alone. */
export function runKeysOf(runId: RunId): Pick<RunRow, 'partitionKey' | 'rowKey'> {
  const parts = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z/.exec(runId);
  if (parts === null) throw new Error('not a run id');
  const [, year, month, day, hour, minute, second] = parts;
  const milliseconds = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return { partitionKey: RUN_PARTITION, rowKey: `${rowKeyAt(milliseconds)}-${runId}` };
}

/** What the row keys of the runs of this moment begin with. Later runs have lower keys. */
export function rowKeyAt(milliseconds: number): string {
  return String(LAST_MILLISECOND - milliseconds).padStart(13, '0');
}
