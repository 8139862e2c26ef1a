import type { BlockReason } from '../../job/blocked-package.ts';
import type { Target } from '../records/target.ts';
import type { Services } from '../services.ts';

/** Transient reasons that the image does not cause. The next run may succeed. */
const PASSING: ReadonlySet<Target['reason']> = new Set([
  'builder-incompatible',
  'group-too-large',
  'network-not-ready',
  'no-builder',
  'package-source-unreachable',
  'source-changed',
]);

/** States after work on a patch that leave findings as they were. */
const UNFIXED: ReadonlySet<Target['state']> = new Set([
  'already-patched',
  'skipped',
  'rejected',
  'failed',
]);

/**
 * Backs off an image after a patch that failed, was rejected or changed nothing, since the next run
 * would end the same way. Idempotent: counts once per run.
 */
export async function backOffIfDeserved(services: Services, ended: Target): Promise<void> {
  const { state, reason } = ended;
  if (!UNFIXED.has(state) || PASSING.has(reason) || isPassing(ended) || hadNoBuilder(ended)) return;
  // No patch was made: an image that claimed to be one was refused.
  if (ended.claimed === true) return;
  await backOff(services, ended);
}

/** Ends the back-off after a published patch. A partial patch backs off before the next attempt. */
export async function settleBackOff(services: Services, published: Target): Promise<void> {
  const { repository, sourceDigest: digest, fixedFingerprint } = published;
  if (digest === undefined) return;
  const complete = fixedFingerprint === undefined || isPassing(published);
  if (complete) await services.inventory.endBackOff({ repository, digest });
  else await backOff(services, published);
}

/** Transient reasons for a package that was not updated. The next run may update it. */
const PASSING_BLOCKS: ReadonlySet<BlockReason> = new Set(['not-tried', 'source-unreachable']);

function isPassing({ blocked = [] }: Target): boolean {
  return blocked.some(({ reason }) => PASSING_BLOCKS.has(reason));
}

/** Its container found no builder before it read the image, for example because its disk was full. */
function hadNoBuilder({ reason, builder }: Target): boolean {
  return reason === 'builder-unavailable' && builder === undefined;
}

async function backOff(services: Services, target: Target): Promise<void> {
  const { repository, sourceDigest: digest, fingerprint, runId } = target;
  if (digest === undefined || fingerprint === undefined) return;
  const tools = services.options.patchWorkerImage.reference;
  const { fixedFingerprint } = target;
  const failure = { runId, fingerprint, fixedFingerprint, tools, at: services.clock.now() };
  await services.inventory.backOff({ repository, digest }, failure);
}
