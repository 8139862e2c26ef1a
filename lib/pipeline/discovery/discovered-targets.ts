import type { Tag } from '../../image/reference.ts';
import { inParallel } from '../../in-parallel.ts';
import type { RepositoryRule } from '../../policy/policy.ts';
import type { Run } from '../records/run.ts';
import { type Target, targetIdOf } from '../records/target.ts';
import { isTerminal } from '../records/target-states.ts';
import type { Services } from '../services.ts';

const AT_ONCE = 8;

/** A queued target without any discovered facts. */
export function blankTarget(
  services: Services,
  run: Run,
  rule: RepositoryRule,
  tag: Tag | '*',
): Target {
  return {
    id: targetIdOf(rule.repository, tag),
    runId: run.id,
    repository: rule.repository,
    tag,
    state: 'queued',
    patches: [],
    job: '',
    round: 0,
    attempts: 0,
    discoveredAt: services.clock.now(),
  };
}

export function notFound(
  services: Services,
  run: Run,
  rule: RepositoryRule,
  tag: Tag | '*',
): Target {
  const target = blankTarget(services, run, rule, tag);
  const detail = tag === '*' ? 'the repository does not exist' : 'the tag does not exist';
  const finishedAt = target.discoveredAt;
  return { ...target, state: 'skipped', reason: 'not-found', detail, finishedAt };
}

/**
 * Adds targets. Records those that have ended in the inventory, as they are stored: an earlier step
 * may have added them.
 */
export async function storeTargets(services: Services, targets: readonly Target[]): Promise<void> {
  await services.targets.addMissing(targets);
  const over = targets.filter((target) => isTerminal(target.state));
  await inParallel(over, AT_ONCE, async ({ runId, id }) => {
    const stored = await services.targets.find(runId, id);
    if (stored !== undefined && isTerminal(stored.state)) {
      await services.inventory.record(stored);
    }
  });
}
