import type { JobResult } from '../../job/job-result.ts';
import type { JobRow } from '../records/job-row.ts';
import type { Services } from '../services.ts';
import { allTargets } from '../targets/job-targets.ts';

/**
 * Whether a group began none of its images. One that had to wait for the others is not to blame,
 * unless there was no other: it would wait forever. What a result says of images that the job never
 * had counts for nothing.
 */
export async function madeNoProgress(
  services: Services,
  job: JobRow,
  result: JobResult,
): Promise<boolean> {
  const begun = result.images.filter((image) => image.outcome !== 'not-started');
  if (begun.length === 0) return true;
  // Nobody had to wait: nobody asks, and the rows need not be read.
  if (begun.length === result.images.length) return false;
  const targets = await allTargets(services, job);
  const asked = new Set<string | undefined>(
    targets.map(({ row }) => (job.kind === 'verify' ? row.staged : row.sourceDigest)),
  );
  return !begun.some((image) => asked.has(image.digest));
}
