import type { Run } from '../pipeline/records/run.ts';
import { RUN_PARTITION, RUNS, rowKeyAt } from '../pipeline/stores/tables/table-runs.ts';
import { TABLES } from '../storage/tables.ts';
import { oneOf } from './conditions.ts';
import { momentOf, wordsOf } from './filter-text.ts';
import type { RunFilters } from './filters.ts';
import { type History, type Page, pageOf, parserOf } from './history.ts';

const DEFAULT_LIMIT = 20;

export const RUN_ROWS = { table: TABLES.runs, parse: parserOf(RUNS) };

/** The runs, newest first. One operation, on a range of the runs' only partition. */
export function listRuns(
  history: Pick<History, 'queries'>,
  filters: RunFilters,
  now: Date,
): Promise<Page<Run>> {
  const { state, reason, trigger, since, limit, after } = filters;
  return pageOf(history, RUN_ROWS, {
    partition: RUN_PARTITION,
    ...(since !== undefined && { rows: { below: rowKeyBefore(momentOf(since, now)) } }),
    where: [
      ...oneOf('state', wordsOf(state)),
      ...oneOf('reason', wordsOf(reason)),
      ...oneOf('trigger', wordsOf(trigger)),
    ],
    limit: limit === undefined ? DEFAULT_LIMIT : Number(limit),
    after,
  });
}

/** Above the keys of all runs from this moment on, which sort before those of earlier runs. */
function rowKeyBefore(moment: Date): string {
  return rowKeyAt(Math.floor(moment.getTime() / 1000) * 1000 - 1);
}
