import type { BlockReason } from '../../job/blocked-package.ts';
import type { Target } from '../records/target.ts';
import type { Services } from '../services.ts';

/** Reasons that have nothing to do with the image, and may be gone at the next run. */
const PASSING: ReadonlySet<Target['reason']> = new Set([
  'package-source-unreachable',
  'source-changed',
]);

/**
 * Leaves an image alone after a patch that failed, was rejected or changed nothing: the next run would
 * see the same. It counts once a run, however often it is called.
 */
export async function backOffIfDeserved(services: Services, ended: Target): Promise<void> {
  const { state, reason } = ended;
  const deserved = state === 'skipped' || state === 'rejected' || state === 'failed';
  if (!deserved || PASSING.has(reason) || isPassing(ended)) return;
  await backOff(services, ended);
}

/** A published patch ends the back-off, unless it leaves packages: those are tried again later. */
export async function settleBackOff(services: Services, published: Target): Promise<void> {
  const { repository, sourceDigest: digest, fixedFingerprint } = published;
  if (digest === undefined) return;
  const complete = fixedFingerprint === undefined || isPassing(published);
  if (complete) await services.inventory.endBackOff({ repository, digest });
  else await backOff(services, published);
}

/** Why a package was left that the next run may update. */
const PASSING_BLOCKS: ReadonlySet<BlockReason> = new Set(['not-tried', 'source-unreachable']);

function isPassing({ blocked = [] }: Target): boolean {
  return blocked.some(({ reason }) => PASSING_BLOCKS.has(reason));
}

async function backOff(services: Services, target: Target): Promise<void> {
  const { repository, sourceDigest: digest, fingerprint, runId } = target;
  if (digest === undefined || fingerprint === undefined) return;
  const tools = services.options.patchWorkerImage.reference;
  const { fixedFingerprint } = target;
  const failure = { runId, fingerprint, fixedFingerprint, tools, at: services.clock.now() };
  await services.inventory.backOff({ repository, digest }, failure);
}
