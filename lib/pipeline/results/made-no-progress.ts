import type { JobResult } from '../../job/job-result.ts';
import type { Job } from '../records/job.ts';
import type { Services } from '../services.ts';
import { allTargets } from '../targets/job-targets.ts';

/**
 * True if a group started none of its images. An image that waited for another one loses no attempt,
 * but if none was started, the targets could wait forever. Ignores images that are not in the job.
 */
export async function madeNoProgress(
  services: Services,
  job: Job,
  result: JobResult,
): Promise<boolean> {
  const begun = result.images.filter((image) => image.outcome !== 'not-started');
  if (begun.length === 0) return true;
  // All images were started, so the answer is not used.
  if (begun.length === result.images.length) return false;
  const targets = await allTargets(services, job);
  const asked = new Set<string | undefined>(
    targets.map(({ staged, sourceDigest }) => (job.kind === 'verify' ? staged : sourceDigest)),
  );
  return !begun.some((image) => asked.has(image.digest));
}
