import { TABLES, type TableName, type Tables } from '../../../storage/tables.ts';
import type { RunId } from '../../records/run-id.ts';
import type { RunRow, RunRows } from '../run-rows.ts';
import { CANCEL_PARTITION } from './table-cancellations.ts';
import { runKeysOf } from './table-runs.ts';
import { TELLING_PARTITION } from './table-tellings.ts';

/** Rows of PatchwrightRuns, PatchwrightTargets, PatchwrightJobs and PatchwrightState. */
export class TableRunRows implements RunRows {
  readonly #tables: Tables;

  constructor(tables: Tables) {
    this.#tables = tables;
  }

  own(runId: RunId): Promise<RunRow | undefined> {
    const { partitionKey, rowKey } = runKeysOf(runId);
    return this.#get(TABLES.runs, partitionKey, rowKey);
  }

  async *others(runId: RunId): AsyncGenerator<RunRow> {
    for (const table of [TABLES.targets, TABLES.jobs]) {
      for await (const { entity, etag } of this.#tables.list(table, runId)) {
        yield { table, entity, version: etag };
      }
    }
    for (const partition of [CANCEL_PARTITION, TELLING_PARTITION]) {
      const row = await this.#get(TABLES.state, partition, runId);
      if (row !== undefined) yield row;
    }
  }

  delete({ table, entity: { partitionKey, rowKey }, version }: RunRow): Promise<boolean> {
    return this.#tables.delete(table, partitionKey, rowKey, version);
  }

  async #get(table: TableName, partition: string, rowKey: string): Promise<RunRow | undefined> {
    const stored = await this.#tables.get(table, partition, rowKey);
    return stored && { table, entity: stored.entity, version: stored.etag };
  }
}
