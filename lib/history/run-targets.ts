import { inParallel } from '../in-parallel.ts';
import type { RunId } from '../pipeline/records/run-id.ts';
import { type Target, targetIdOf } from '../pipeline/records/target.ts';
import { TARGETS } from '../pipeline/stores/tables/table-targets.ts';
import type { Condition } from '../storage/table-queries.ts';
import { TABLES } from '../storage/tables.ts';
import { beginsWith, oneOf } from './conditions.ts';
import { wordsOf } from './filter-text.ts';
import type { TargetFilters } from './filters.ts';
import { type History, type Page, pageOf, parserOf } from './history.ts';

const AT_ONCE = 8;
const DEFAULT_LIMIT = 100;
const TARGET_ROWS = { table: TABLES.targets, parse: parserOf(TARGETS) };

/** What a run did about each tag. One operation for each page, in the run's partition. */
export function listTargets(
  history: Pick<History, 'queries'>,
  runId: RunId,
  { state, reason, repository, limit, after }: TargetFilters,
): Promise<Page<Target>> {
  return pageOf(history, TARGET_ROWS, {
    partition: runId,
    where: [
      ...oneOf('state', wordsOf(state)),
      ...oneOf('reason', wordsOf(reason)),
      ...repositoryConditions(repository),
    ],
    limit: limit === undefined ? DEFAULT_LIMIT : Number(limit),
    after,
  });
}

/** One operation: a point read, because the row key follows from the names. */
export async function targetOf(
  { tables }: Pick<History, 'tables'>,
  runId: string,
  image: { readonly repository: string; readonly tag: string },
): Promise<Target | undefined> {
  const key = targetIdOf(image.repository, image.tag);
  const stored = await tables.get(TABLES.targets, runId, key);
  return stored === undefined ? undefined : TARGET_ROWS.parse(stored.entity);
}

/** What these runs did about a tag, in their order, without those that did nothing. A point read for each. */
export async function targetsOf(
  history: Pick<History, 'tables'>,
  runIds: readonly string[],
  image: { readonly repository: string; readonly tag: string },
): Promise<readonly Target[]> {
  const targets = await inParallel(runIds, AT_ONCE, (id) => targetOf(history, id, image));
  return targets.filter((target) => target !== undefined);
}

function repositoryConditions(pattern: string | undefined): readonly (readonly Condition[])[] {
  if (pattern === undefined || pattern === '*') return [];
  if (!pattern.endsWith('*')) return [[{ column: 'repository', is: 'eq', value: pattern }]];
  return beginsWith('repository', pattern.slice(0, -1));
}
