import type { Tag } from '../../image/reference.ts';
import { inParallel } from '../../in-parallel.ts';
import type { RepositoryRule } from '../../policy/policy.ts';
import { StorageError } from '../../storage/storage-error.ts';
import { plainText } from '../../text/plain-text.ts';
import type { Run } from '../records/run.ts';
import { type Target, targetIdOf } from '../records/target.ts';
import { isTerminal } from '../records/target-states.ts';
import type { Services } from '../services.ts';
import { endFindings } from './end-findings.ts';

const AT_ONCE = 8;
const MAX_DETAIL = 300;

/** A queued target without any discovered facts. */
export function blankTarget(
  services: Services,
  run: Run,
  rule: Pick<RepositoryRule, 'repository'>,
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

/** Ends a target whose facts storage refuses, so that only its own tag fails. */
function refusedTarget({ id, runId, repository, tag, discoveredAt }: Target, why: string): Target {
  const blank = { id, runId, repository, tag, discoveredAt, patches: [], job: '' } as const;
  const ended = { state: 'failed', reason: 'internal-error', finishedAt: discoveredAt } as const;
  return { ...blank, round: 0, attempts: 0, ...ended, detail: plainText(why, MAX_DETAIL) };
}

/** Returns the targets as they were added, or as they would have been. */
async function addTargets(
  services: Services,
  targets: readonly Target[],
): Promise<readonly Target[]> {
  try {
    await services.targets.addMissing(targets);
    return targets;
  } catch (error) {
    if (!(error instanceof StorageError) || error.code !== 'invalid') throw error;
    const [first] = targets;
    if (targets.length > 1) {
      const added = await inParallel(targets, AT_ONCE, (one) => addTargets(services, [one]));
      return added.flat();
    }
    if (first === undefined || first.reason === 'internal-error') throw error;
    services.log.error('target not stored', { runId: first.runId, detail: error.message });
    return addTargets(services, [refusedTarget(first, error.message)]);
  }
}

/**
 * Adds targets. Records those that have ended in the inventory, as they are stored: an earlier step
 * may have added them.
 */
export async function storeTargets(services: Services, targets: readonly Target[]): Promise<void> {
  const added = await addTargets(services, targets);
  const over = added.filter((target) => isTerminal(target.state));
  await inParallel(over, AT_ONCE, async ({ runId, id }) => {
    const stored = await services.targets.find(runId, id);
    if (stored !== undefined && isTerminal(stored.state)) {
      await endIfNotFound(services, stored);
      await services.inventory.record(stored);
    }
  });
}

/** A tag that was deleted between the listing and the look at it, or that a request names. */
async function endIfNotFound(services: Services, target: Target): Promise<void> {
  const { repository, tag, runId, reason, discoveredAt: at } = target;
  if (reason !== 'not-found' || tag === '*') return;
  await endFindings(services, { repository, tag }, { runId, at });
}
