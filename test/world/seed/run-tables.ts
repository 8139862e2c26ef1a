import { typedTables } from '../../../lib/app.ts';
import type { JobRow } from '../../../lib/pipeline/records/job-row.ts';
import { type RunId, runRowKey } from '../../../lib/pipeline/records/run-id.ts';
import { RUN_PARTITION, type RunRow } from '../../../lib/pipeline/records/run-row.ts';
import type { TargetRow } from '../../../lib/pipeline/records/target-row.ts';
import { AzureTables } from '../../../lib/storage/azure-tables.ts';
import { connectStorage } from '../../../lib/storage/storage-connection.ts';
import type { LocalStorage } from '../storage.ts';

/** What the tables say of runs, read from outside of the app as an operator would. */
export interface RunTables {
  /** Newest first. */
  runs(): Promise<readonly RunRow[]>;
  run(runId: RunId): Promise<RunRow>;
  /** Sorted by image. */
  targets(runId: RunId): Promise<readonly TargetRow[]>;
  jobs(runId: RunId): Promise<readonly JobRow[]>;
}

export function readRunTables(storage: LocalStorage): RunTables {
  const { connectionString } = storage.account;
  const tables = typedTables(
    new AzureTables(connectStorage({ kind: 'connection-string', connectionString })),
  );
  return {
    runs: () => rowsOf(tables.runs.list(RUN_PARTITION)),
    async run(runId) {
      const stored = await tables.runs.get(RUN_PARTITION, runRowKey(runId));
      if (stored === undefined) {
        throw new Error(`there is no run ${runId}`);
      }
      return stored.row;
    },
    async targets(runId) {
      const rows = await rowsOf(tables.targets.list(runId));
      return rows.sort((one, other) => ordinal(imageOf(one), imageOf(other)));
    },
    jobs: (runId) => rowsOf(tables.jobs.list(runId)),
  };
}

export function imageOf(target: Pick<TargetRow, 'repository' | 'tag'>): string {
  return `${target.repository}:${target.tag}`;
}

async function rowsOf<Row>(list: AsyncIterable<{ readonly row: Row }>): Promise<Row[]> {
  const rows: Row[] = [];
  for await (const { row } of list) {
    rows.push(row);
  }
  return rows;
}

function ordinal(left: string, right: string): number {
  return left === right ? 0 : left < right ? -1 : 1;
}
