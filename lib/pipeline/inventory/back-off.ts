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
  const { repository, sourceDigest: digest, fingerprint, runId, state, reason } = ended;
  const deserved = state === 'skipped' || state === 'rejected' || state === 'failed';
  if (!deserved || PASSING.has(reason)) return;
  if (digest === undefined || fingerprint === undefined) return;
  const tools = services.options.patchWorkerImage.reference;
  const failure = { runId, fingerprint, tools, at: services.clock.now() };
  await services.inventory.backOff({ repository, digest }, failure);
}
