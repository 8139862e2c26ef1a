import type { Run } from '../pipeline/records/run.ts';
import type { RunArchive } from '../pipeline/records/run-archive.ts';
import { RunId } from '../pipeline/records/run-id.ts';
import { RUN_PARTITION, runKeysOf } from '../pipeline/stores/tables/table-runs.ts';
import { TABLES } from '../storage/tables.ts';
import { archiveOf, archivesBeginning } from './archived-runs.ts';
import { beginsWith } from './conditions.ts';
import { type Found, nearestNames } from './found.ts';
import { type History, pageOf } from './history.ts';
import { RUN_ROWS } from './runs.ts';

/** The name of the newest run. */
const LATEST = 'latest';

const PREFIX = /^[\dTZa-f-]{1,21}$/;
const MOST_CANDIDATES = 10;
/** The newest runs, among which the nearest names are looked for. */
const COMPARED_RUNS = 100;

/**
 * Finds a run by its id, by a beginning of its id that only one run has, or as `latest`. One operation;
 * one more for another beginning, and two for its archive or the nearest names.
 */
export async function findRun(
  history: Pick<History, 'queries' | 'tables'>,
  name: string,
): Promise<Found<Run>> {
  const id = RunId.safeParse(name);
  if (id.success) {
    const run = await runById(history, id.data);
    return run === undefined ? noRun(history, name) : { found: 'one', item: run };
  }
  const runs = name === LATEST ? await newest(history, 1) : await runsBeginning(history, name);
  const [only, ...more] = runs;
  if (only === undefined) return noRun(history, name);
  if (more.length === 0) return { found: 'one', item: only };
  return { found: 'several', names: runs.map((run) => run.id) };
}

/** One operation: a point read. */
export async function runById(
  { tables }: Pick<History, 'tables'>,
  id: RunId,
): Promise<Run | undefined> {
  const { partitionKey, rowKey } = runKeysOf(id);
  const stored = await tables.get(TABLES.runs, partitionKey, rowKey);
  return stored === undefined ? undefined : RUN_ROWS.parse(stored.entity);
}

/** One operation. */
export async function newest(
  history: Pick<History, 'queries'>,
  limit: number,
): Promise<readonly Run[]> {
  return (await pageOf(history, RUN_ROWS, { partition: RUN_PARTITION, limit })).items;
}

async function runsBeginning(
  history: Pick<History, 'queries'>,
  prefix: string,
): Promise<readonly Run[]> {
  if (!PREFIX.test(prefix)) return [];
  const { items } = await pageOf(history, RUN_ROWS, {
    partition: RUN_PARTITION,
    where: beginsWith('runId', prefix),
    limit: MOST_CANDIDATES,
  });
  return items;
}

async function noRun(
  history: Pick<History, 'queries' | 'tables'>,
  name: string,
): Promise<Found<Run>> {
  const archives = await archivedRuns(history, name);
  const [archive, ...more] = archives;
  if (more.length > 0) return { found: 'several', names: archives.map(({ runId }) => runId) };
  if (archive !== undefined) return { found: 'none', nearest: [], archive };
  const ids = (await newest(history, COMPARED_RUNS)).map(({ id }) => id);
  return { found: 'none', nearest: nearestNames(name, ids) };
}

async function archivedRuns(
  history: Pick<History, 'queries' | 'tables'>,
  name: string,
): Promise<readonly RunArchive[]> {
  const id = RunId.safeParse(name);
  if (id.success) return [await archiveOf(history, id.data)].filter((one) => one !== undefined);
  return PREFIX.test(name) ? archivesBeginning(history, name, MOST_CANDIDATES) : [];
}
