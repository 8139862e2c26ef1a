import type { Tag } from '../../image/reference.ts';
import { inParallel } from '../../in-parallel.ts';
import type { RepositoryRule } from '../../policy/policy.ts';
import { recordInventory } from '../inventory/inventory.ts';
import type { RunRow } from '../records/run-row.ts';
import { type TargetRow, targetRowKey } from '../records/target-row.ts';
import { isTerminal } from '../records/target-states.ts';
import type { Services } from '../services.ts';

const AT_ONCE = 8;

/** A target as it is before anything is known of it. */
export function blankTarget(
  services: Services,
  run: RunRow,
  rule: RepositoryRule,
  tag: Tag | '*',
): TargetRow {
  return {
    partitionKey: run.runId,
    rowKey: targetRowKey(rule.repository, tag),
    repository: rule.repository,
    tag,
    state: 'queued',
    patches: '[]',
    job: '',
    round: 0,
    attempts: 0,
    discoveredAt: services.clock.now(),
  };
}

export function notFound(
  services: Services,
  run: RunRow,
  rule: RepositoryRule,
  tag: Tag | '*',
): TargetRow {
  const row = blankTarget(services, run, rule, tag);
  const detail = tag === '*' ? 'there is no such repository' : 'there is no such tag';
  return { ...row, state: 'skipped', reason: 'not-found', detail, finishedAt: row.discoveredAt };
}

/** A row that is there already stays as it is, and it is that one which the inventory is told of. */
export async function storeTargets(services: Services, rows: readonly TargetRow[]): Promise<void> {
  await services.targets.insertMissing(rows);
  const over = rows.filter((row) => isTerminal(row.state));
  await inParallel(over, AT_ONCE, async ({ partitionKey, rowKey }) => {
    const stored = await services.targets.get(partitionKey, rowKey);
    if (stored !== undefined && isTerminal(stored.row.state)) {
      await recordInventory(services, stored.row);
    }
  });
}
