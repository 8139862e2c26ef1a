import { holdOf, THROTTLE_KEYS, ThrottleRow } from '../pipeline/stores/tables/table-throttle.ts';
import type { Hold } from '../pipeline/stores/throttle.ts';
import { TABLES } from '../storage/tables.ts';
import type { History } from './history.ts';

/** Why no container group starts now. One operation; undefined if nothing holds them back. */
export async function groupsHold(
  { tables }: Pick<History, 'tables'>,
  now: Date,
): Promise<Hold | undefined> {
  const { partitionKey, rowKey } = THROTTLE_KEYS;
  const stored = await tables.get(TABLES.state, partitionKey, rowKey);
  const row = ThrottleRow.safeParse(stored?.entity);
  return row.success ? holdOf(row.data, now) : undefined;
}
