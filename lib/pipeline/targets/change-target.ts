import { plainText } from '../../text/plain-text.ts';
import { backOffIfDeserved } from '../inventory/back-off.ts';
import type { TargetEnd, TargetMissed } from '../log-lines.ts';
import type { Outcome } from '../records/reasons.ts';
import type { KnownPatch, Target } from '../records/target.ts';
import type { TargetState } from '../records/target-states.ts';
import type { Services } from '../services.ts';
import type { Stored } from '../stores/stored.ts';
import type { TargetChanges } from '../stores/target-store.ts';

/** Lost attempts in one state after which a target fails. */
export const MAX_LOST_ATTEMPTS = 3;
const MAX_DETAIL = 1000;
export const NO_BUILDER = 'PATCHWRIGHT_BUILDER is none';

/**
 * Ends a target. Writes its record first, so that only the step that wins the race updates the
 * inventory. If that step crashes, `clearJob` or the last look at the run updates it.
 */
export async function finishTarget(
  services: Services,
  target: Stored<Target>,
  outcome: Outcome,
  changes: TargetChanges = {},
): Promise<Stored<Target> | undefined> {
  const { patchDigest } = { ...target, ...changes };
  const ended = await services.targets.finish(target, outcome.state, {
    ...changes,
    // Drops a reserved tag under which nothing was published.
    ...(patchDigest === undefined && { patchTag: undefined }),
    finishedAt: services.clock.now(),
    ...('reason' in outcome && { reason: outcome.reason }),
    ...('detail' in outcome &&
      outcome.detail !== undefined && { detail: plainText(outcome.detail, MAX_DETAIL) }),
    ...('log' in outcome && outcome.log !== undefined && { log: outcome.log }),
  });
  if (ended === undefined) return undefined;
  await services.inventory.record(ended);
  if (isPatchWork(target.state)) await backOffIfDeserved(services, ended);
  services.log.info('target ended', {
    runId: ended.runId,
    image: `${ended.repository}:${ended.tag}`,
    state: ended.state,
    reason: ended.reason,
    patchTag: ended.patchTag,
    packagesCovered: ended.packagesCovered,
    packagesUncovered: ended.packagesUncovered,
  } satisfies TargetEnd);
  logMissed(services, ended);
  return ended;
}

function logMissed({ log }: Services, { runId, repository, tag, missed }: Target): void {
  if (missed === undefined || missed === '') return;
  log.warn('target missed', {
    runId,
    image: `${repository}:${tag}`,
    severities: missed,
  } satisfies TargetMissed);
}

function isPatchWork(state: TargetState): boolean {
  return state === 'patching' || state === 'verifying';
}

export interface HandBack {
  /** True if it counts as a lost attempt. */
  readonly blame: boolean;
  /** How the target ends if it has no attempts left, and what else its row then says. */
  readonly outcome: Outcome;
  readonly changes?: TargetChanges;
}

/** Returns a target without a result to the tick, or ends it if it has no attempts left. */
export async function handBack(
  services: Services,
  target: Stored<Target>,
  why: HandBack,
): Promise<Stored<Target> | undefined> {
  const attempts = target.attempts + (why.blame ? 1 : 0);
  const isLast = attempts >= MAX_LOST_ATTEMPTS;
  // An image that claims to be a patch must not keep its source from being patched.
  if (isLast && target.claimed === true) return refuseClaim(services, target);
  if (isLast) return finishTarget(services, target, why.outcome, { ...why.changes, attempts });
  return services.targets.change(target, { job: '', attempts });
}

/** Patches a target whose unproven patch was refused, unless its patch can get no tag. */
export async function refuseClaim(
  services: Services,
  target: Stored<Target>,
): Promise<Stored<Target> | undefined> {
  const { runId, repository, tag, staged, tagFault, detail } = target;
  services.log.warn('claimed patch refused', { runId, image: `${repository}:${tag}`, staged });
  if (tagFault !== undefined) {
    const why = detail === undefined ? {} : { detail };
    const outcome = { state: 'skipped', reason: tagFault, ...why } as const;
    return finishTarget(services, target, outcome);
  }
  return patchInstead(services, target);
}

/**
 * Remembers a verified claim that fixes older findings as a patch of ours, so that its floating tag may
 * be replaced, and patches the target.
 */
export async function adoptClaim(
  services: Services,
  target: Stored<Target>,
  { tag: _, ...claim }: KnownPatch,
): Promise<void> {
  const { repository, patches } = target;
  await services.inventory.rememberPatches({ repository, digest: claim.sourceDigest }, [
    claim.digest,
  ]);
  services.log.info('claimed patch adopted', { image: `${repository}:${target.tag}`, ...claim });
  const own = target.claims?.filter(({ digest }) => digest === claim.digest) ?? [];
  const noFault = { tagFault: undefined, detail: undefined };
  await patchInstead(services, target, { patches: [...patches, ...own], ...noFault });
}

function patchInstead(
  services: Services,
  target: Stored<Target>,
  changes: TargetChanges = {},
): Promise<Stored<Target> | undefined> {
  if (services.options.builder.kind === 'none') {
    const outcome = { state: 'failed', reason: 'no-builder', detail: NO_BUILDER } as const;
    return finishTarget(services, target, outcome, changes);
  }
  const cleared = { claimed: undefined, staged: undefined, stagedRepository: undefined };
  return services.targets.move(target, 'patching', {
    ...changes,
    ...cleared,
    movedAt: services.clock.now(),
  });
}

/** True if the target fails when it loses its current attempt. */
export function isExhausted(target: Target): boolean {
  return target.attempts + 1 >= MAX_LOST_ATTEMPTS;
}
