import { type GroupSpec, GroupTag, MANAGED_BY } from '../../containers/container-groups.ts';
import type { Lease } from '../lease.ts';
import type { Job } from '../records/job.ts';
import type { Run } from '../records/run.ts';
import { type Services, secondsAfter, type WorkerImage } from '../services.ts';
import type { SourceImage } from '../targets/job-targets.ts';
import { type Attempt, containerSpec } from './container-spec.ts';
import { patchPart } from './patch-part.ts';
import { scanPart } from './scan-part.ts';

/** The SAS and the group outlive the deadline by this, so that a last result can still be written. */
const MARGIN_SECONDS = 10 * 60;

/** The image that the containers of a job run. */
export function workerImageOf({ options }: Services, { kind }: Pick<Job, 'kind'>): WorkerImage {
  return kind === 'patch' ? options.patchWorkerImage : options.scanWorkerImage;
}

/**
 * Builds the container group of one attempt. A patch group has a container for each image; a scan or
 * verify group has one for all. Each container has its own job file and registry token, and no
 * identity.
 */
export async function groupSpecOf(
  services: Services,
  run: Run,
  job: Job & Pick<Attempt, 'deadline' | 'group'>,
  images: readonly SourceImage[],
  held: { readonly lease: Lease; readonly imageCredential: GroupSpec['imageCredential'] },
): Promise<GroupSpec> {
  const { options, registry } = services;
  const patches = job.kind === 'patch';
  const worker = workerImageOf(services, job);
  const attempt: Attempt = { ...job, expiresAt: secondsAfter(job.deadline, MARGIN_SECONDS) };
  const parts = patches
    ? await Promise.all(images.map((image) => patchPart(services, attempt, image, held.lease)))
    : [await scanPart(services, run, attempt, images)];
  const privileged = patches && options.builder.kind === 'confidential';
  return {
    name: job.group,
    sku: privileged ? 'Confidential' : 'Standard',
    privileged,
    image: `${registry.host}/${worker.reference}`,
    imageCredential: held.imageCredential,
    containers: await Promise.all(parts.map((part) => containerSpec(services, attempt, part))),
    tags: {
      [GroupTag.managedBy]: MANAGED_BY,
      [GroupTag.run]: run.id,
      [GroupTag.job]: job.id,
      [GroupTag.expiresAt]: attempt.expiresAt.toISOString(),
    },
  };
}
