import { CONTAINERS } from '../../storage/blobs.ts';
import { maskCredentialShapes } from '../../text/credential-shapes.ts';
import type { HeldJob } from '../held-job.ts';
import { LeaseLost } from '../lease.ts';
import { ONLY_CONTAINER } from '../records/container-names.ts';
import type { Job } from '../records/job.ts';
import type { Services } from '../services.ts';

const MAX_LOG_BYTES = 64 * 1024;

function logBlobOf(job: Job, container: string): string {
  const name = container === ONLY_CONTAINER ? `${job.attempt}` : `${job.attempt}-${container}`;
  return `${job.runId}/${job.id}/${name}.log`;
}

/**
 * Keeps the last lines of a container without a result, whose group is about to be deleted. They are
 * for people: if ARM has no log, or fails, the attempt is lost without it.
 */
export async function keepContainerLog(
  services: Services,
  held: HeldJob,
  container: string,
): Promise<void> {
  const { job } = held;
  if (job.group === undefined) return;
  try {
    const log = await services.groups.logs(job.group, container);
    if (log === undefined) return;
    // The worker masks known secrets in its own log, but programs of an image do not.
    const bytes = new TextEncoder().encode(maskCredentialShapes(log)).slice(-MAX_LOG_BYTES);
    held.assertHeld();
    await services.blobs.create(CONTAINERS.reports, logBlobOf(job, container), bytes, 'text/plain');
  } catch (error) {
    if (error instanceof LeaseLost) throw error;
    const detail = error instanceof Error ? error.message : String(error);
    services.log.warn('log not kept', { group: job.group, detail });
  }
}
