import type { Job } from '../../../lib/pipeline/records/job.ts';
import type { Run } from '../../../lib/pipeline/records/run.ts';
import type { RunId } from '../../../lib/pipeline/records/run-id.ts';
import type { Target } from '../../../lib/pipeline/records/target.ts';
import type { Stores } from '../../../lib/pipeline/stores/stores.ts';
import { tableStores } from '../../../lib/pipeline/stores/tables/table-stores.ts';
import { AzureTables } from '../../../lib/storage/azure-tables.ts';
import { connectStorage } from '../../../lib/storage/storage-connection.ts';
import type { LocalStorage } from '../storage.ts';

/** Reads runs from the tables from outside of the app, like an operator. */
export interface RunTables {
  /** Newest first. */
  runs(): Promise<readonly Run[]>;
  run(runId: RunId): Promise<Run>;
  /** Sorted by image. */
  targets(runId: RunId): Promise<readonly Target[]>;
  jobs(runId: RunId): Promise<readonly Job[]>;
}

/** The app's own stores on this storage. */
export function storesOn(storage: LocalStorage): Stores {
  const { connectionString } = storage.account;
  return tableStores(
    new AzureTables(connectStorage({ kind: 'connection-string', connectionString })),
  );
}

export function readRunTables(storage: LocalStorage): RunTables {
  const stores = storesOn(storage);
  return {
    runs: () => Array.fromAsync(stores.runs.newestFirst(unreadable)),
    async run(runId) {
      const run = await stores.runs.find(runId);
      if (run === undefined) {
        throw new Error(`there is no run ${runId}`);
      }
      return run;
    },
    async targets(runId) {
      const targets = await Array.fromAsync(stores.targets.ofRun(runId));
      return targets.sort((one, other) => ordinal(imageOf(one), imageOf(other)));
    },
    jobs: (runId) => Array.fromAsync(stores.jobs.ofRun(runId)),
  };
}

function unreadable(error: Error): never {
  throw error;
}

export function imageOf(target: Pick<Target, 'repository' | 'tag'>): string {
  return `${target.repository}:${target.tag}`;
}

function ordinal(left: string, right: string): number {
  return left === right ? 0 : left < right ? -1 : 1;
}
