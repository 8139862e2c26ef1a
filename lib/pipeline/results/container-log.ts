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
 * Keeps the last lines of a container that failed, whose group is about to be deleted. They are for
 * people: if ARM has no log, or fails, the failure is recorded without it.
 * @returns the name of the blob; undefined if there is no log.
 */
export async function keepContainerLog(
  services: Services,
  held: HeldJob,
  container: string,
): Promise<string | undefined> {
  const { job } = held;
  if (job.group === undefined) return undefined;
  try {
    const log = await services.groups.logs(job.group, container);
    if (log === undefined) return undefined;
    // The worker masks known secrets in its own log, but programs of an image do not.
    const bytes = new TextEncoder().encode(maskCredentialShapes(log)).slice(-MAX_LOG_BYTES);
    held.assertHeld();
    const name = logBlobOf(job, container);
    await services.blobs.create(CONTAINERS.reports, name, bytes, 'text/plain');
    return name;
  } catch (error) {
    if (error instanceof LeaseLost) throw error;
    const detail = error instanceof Error ? error.message : String(error);
    services.log.warn('log not kept', { group: job.group, detail });
    return undefined;
  }
}

/** Keeps the log of a scan or verify job's container: one log for all images that failed. */
export function sharedLog(services: Services, held: HeldJob): () => Promise<string | undefined> {
  let kept: Promise<string | undefined> | undefined;
  return () => {
    kept ??= keepContainerLog(services, held, ONLY_CONTAINER);
    return kept;
  };
}
