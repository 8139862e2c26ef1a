import type { JobResult } from '../../job/job-result.ts';
import type { Job } from '../records/job.ts';
import type { Services } from '../services.ts';
import { allTargets } from '../targets/job-targets.ts';

/**
 * True if a group began none of its images. An image that waited for others is not to blame, unless
 * there was no other: it would wait forever. Images that the job never had do not count.
 */
export async function madeNoProgress(
  services: Services,
  job: Job,
  result: JobResult,
): Promise<boolean> {
  const begun = result.images.filter((image) => image.outcome !== 'not-started');
  if (begun.length === 0) return true;
  // No image had to wait, so nobody uses the answer.
  if (begun.length === result.images.length) return false;
  const targets = await allTargets(services, job);
  const asked = new Set<string | undefined>(
    targets.map(({ staged, sourceDigest }) => (job.kind === 'verify' ? staged : sourceDigest)),
  );
  return !begun.some((image) => asked.has(image.digest));
}
