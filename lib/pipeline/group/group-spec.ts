import { type GroupSpec, GroupTag, MANAGED_BY } from '../../containers/container-groups.ts';
import type { Lease } from '../lease.ts';
import type { Job } from '../records/job.ts';
import type { Run } from '../records/run.ts';
import { type Services, secondsAfter } from '../services.ts';
import type { SourceImage } from '../targets/job-targets.ts';
import { type Attempt, containerSpec, TOKEN_USER } from './container-spec.ts';
import { patchPart } from './patch-part.ts';
import { scanPart } from './scan-part.ts';

/** The SAS and the group outlive the deadline by this, so that a last result can still be written. */
const MARGIN_SECONDS = 10 * 60;

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
  lease: Lease,
): Promise<GroupSpec> {
  const { options, registry } = services;
  const patches = job.kind === 'patch';
  const worker = patches ? options.patchWorkerImage : options.scanWorkerImage;
  const attempt: Attempt = { ...job, expiresAt: secondsAfter(job.deadline, MARGIN_SECONDS) };
  const parts = patches
    ? await Promise.all(images.map((image) => patchPart(services, attempt, image, lease)))
    : [await scanPart(services, run, attempt, images)];
  const pull = await registry.mintToken([{ repository: worker.repository, actions: ['pull'] }]);
  const privileged = patches && options.builder.kind === 'confidential';
  return {
    name: job.group,
    sku: privileged ? 'Confidential' : 'Standard',
    privileged,
    image: `${registry.host}/${worker.reference}`,
    imageCredential: { server: registry.host, username: TOKEN_USER, password: pull.token },
    containers: await Promise.all(parts.map((part) => containerSpec(services, attempt, part))),
    tags: {
      [GroupTag.managedBy]: MANAGED_BY,
      [GroupTag.run]: run.id,
      [GroupTag.job]: job.id,
      [GroupTag.expiresAt]: attempt.expiresAt.toISOString(),
    },
  };
}
