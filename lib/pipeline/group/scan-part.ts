import { Digest } from '../../image/digest.ts';
import type { PinnedImage } from '../../image/reference.ts';
import { CONTAINERS } from '../../storage/blobs.ts';
import { ONLY_CONTAINER } from '../records/container-names.ts';
import { reportBlobOf } from '../records/job.ts';
import type { Run } from '../records/run.ts';
import type { Services } from '../services.ts';
import { pinnedOf, type SourceImage } from '../targets/job-targets.ts';
import { SCAN_SIZE } from './container-size.ts';
import type { Attempt, ContainerPart } from './container-spec.ts';

/** The one container that scans all images of a scan or verify job. */
export async function scanPart(
  services: Services,
  run: Run,
  job: Attempt,
  images: readonly SourceImage[],
): Promise<ContainerPart> {
  if (run.databaseDigest === undefined) throw new Error('the run has no vulnerability database');
  const database = {
    repository: services.options.database.repository,
    digest: Digest.parse(run.databaseDigest),
  };
  const scanned = await Promise.all(
    uniqueImages(job, images).map(async (pinned) => {
      const name = reportBlobOf(job, pinned.digest);
      const reportUrl = await services.blobs.createOnlyUrl(CONTAINERS.results, name, job.expiresAt);
      return { ...pinned, reportUrl };
    }),
  );
  const part = { kind: 'scan' as const, database, images: scanned };
  return { name: ONLY_CONTAINER, size: SCAN_SIZE, part };
}

/** The same content in two repositories is scanned once. */
function uniqueImages(job: Attempt, images: readonly SourceImage[]): readonly PinnedImage[] {
  const pinned = images.map((image) => pinnedOf(job, image));
  return [...new Map(pinned.map((image) => [image.digest, image])).values()];
}
