import { CONTAINERS } from '../../storage/blobs.ts';
import { maskCredentialShapes } from '../../text/credential-shapes.ts';
import type { HeldJob } from '../held-job.ts';
import { LeaseLost } from '../lease.ts';
import type { Job } from '../records/job.ts';
import type { Services } from '../services.ts';

const MAX_LOG_BYTES = 64 * 1024;

function groupLogBlobOf(job: Job): string {
  return `${job.runId}/${job.id}/${job.attempt}.log`;
}

/**
 * Stores the log's last bytes of a lost attempt before its group is deleted. The log is for people:
 * if ARM has none or fails, the job continues without it.
 */
export async function keepGroupLog(services: Services, held: HeldJob): Promise<void> {
  const { job } = held;
  if (job.group === undefined) return;
  try {
    const log = await services.groups.logs(job.group);
    if (log === undefined) return;
    // The worker masks known secrets in its own log, but programs of an image do not.
    const bytes = new TextEncoder().encode(maskCredentialShapes(log)).slice(-MAX_LOG_BYTES);
    held.assertHeld();
    await services.blobs.create(CONTAINERS.reports, groupLogBlobOf(job), bytes, 'text/plain');
  } catch (error) {
    if (error instanceof LeaseLost) throw error;
    const detail = error instanceof Error ? error.message : String(error);
    services.log.warn('log not kept', { group: job.group, detail });
  }
}
