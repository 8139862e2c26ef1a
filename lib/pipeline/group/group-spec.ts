import { type GroupSpec, GroupTag, MANAGED_BY } from '../../containers/container-groups.ts';
import { Digest } from '../../image/digest.ts';
import type { PinnedImage, RepositoryName } from '../../image/reference.ts';
import {
  BUILDKIT_TLS_NAMES,
  DOCKER_CONFIG_NAME,
  JOB_FILE_NAME,
  JOB_FOLDER_VARIABLE,
  type JobFile,
  type PatchJobFile,
  type ScanJobFile,
} from '../../job/job-file.ts';
import { fixable } from '../../report/finding.ts';
import { toolingMirrors } from '../../report/tooling-mirrors.ts';
import { CONTAINERS } from '../../storage/blobs.ts';
import { type Job, reportBlobOf, resultBlobOf } from '../records/job.ts';
import type { Run } from '../records/run.ts';
import { readAcceptedScan } from '../results/accepted-scans.ts';
import { type Services, secondsAfter } from '../services.ts';
import { stagingOf, stagingTag } from '../staging/staging-names.ts';
import { pinnedOf, type SourceImage } from '../targets/job-targets.ts';
import { groupScopes } from './group-scopes.ts';

export const SECRETS_PATH = '/run/patchwright';
export const SCRATCH_PATH = '/var/lib/patchwright';
const IMAGE_TIMEOUT_SECONDS = 20 * 60;
/** The SAS and the group outlive the deadline by this, so that a late result can be written. */
const MARGIN_SECONDS = 10 * 60;
const TOKEN_MARGIN_SECONDS = 5 * 60;
/** Time for the worker's upload between its own deadline and the attempt's. */
const UPLOAD_SECONDS = 2 * 60;
export const TOKEN_USER = '00000000-0000-0000-0000-000000000000';

type JobBase = Omit<ScanJobFile, 'kind' | 'database' | 'images'>;

type Attempt = Job & { readonly deadline: Date; readonly group: GroupSpec['name'] };

/** Builds the container group of one attempt: a job file, registry tokens, and no identity. */
export async function groupSpecOf(
  services: Services,
  run: Run,
  job: Attempt,
  images: readonly SourceImage[],
): Promise<GroupSpec> {
  const { options, registry, blobs } = services;
  const patches = job.kind === 'patch';
  const worker = patches ? options.patchWorkerImage : options.scanWorkerImage;
  const expiresAt = secondsAfter(job.deadline, MARGIN_SECONDS);
  const part = patches
    ? await patchPart(services, job, images)
    : await scanPart(services, run, job, images, expiresAt);
  const token = await registry.mintToken(groupScopes(part, options));
  const pull = await registry.mintToken([{ repository: worker.repository, actions: ['pull'] }]);
  const end = Math.min(
    secondsAfter(job.deadline, -UPLOAD_SECONDS).getTime(),
    secondsAfter(token.expiresAt, -TOKEN_MARGIN_SECONDS).getTime(),
  );
  const base: JobBase = {
    version: 1,
    jobId: job.id,
    attempt: job.attempt,
    registry: registry.host,
    deadline: new Date(end).toISOString(),
    imageTimeoutSeconds: IMAGE_TIMEOUT_SECONDS,
    resultUrl: await blobs.createOnlyUrl(CONTAINERS.results, resultBlobOf(job), expiresAt),
    ...(options.extraCa !== undefined && { extraCa: options.extraCa }),
  };
  const file: JobFile = { ...base, ...part };
  const privileged = patches && options.builder.kind === 'confidential';
  return {
    name: job.group,
    sku: privileged ? 'Confidential' : 'Standard',
    privileged,
    image: `${registry.host}/${worker.reference}`,
    imageCredential: { server: registry.host, username: TOKEN_USER, password: pull.token },
    command: ['node', '/app/worker.cjs', file.kind],
    cpu: 2,
    memoryGb: 4,
    environment: {
      [JOB_FOLDER_VARIABLE]: SECRETS_PATH,
      DOCKER_CONFIG: SECRETS_PATH,
      // BuildKit's state needs the emptyDir: overlayfs does not stack on the container's own.
      ...(privileged && { TMPDIR: SCRATCH_PATH }),
    },
    secretFiles: {
      [JOB_FILE_NAME]: JSON.stringify(file),
      [DOCKER_CONFIG_NAME]: JSON.stringify({
        auths: { [registry.host]: { registrytoken: token.token } },
      }),
      ...(patches && buildkitFiles(options.builder)),
    },
    secretsPath: SECRETS_PATH,
    ...(privileged && { scratchPath: SCRATCH_PATH }),
    tags: {
      [GroupTag.managedBy]: MANAGED_BY,
      [GroupTag.run]: run.id,
      [GroupTag.job]: job.id,
      [GroupTag.expiresAt]: expiresAt.toISOString(),
    },
  };
}

/** The client's TLS files for a remote BuildKit. */
export function buildkitFiles(builder: Services['options']['builder']): Record<string, string> {
  if (builder.kind !== 'remote') return {};
  const { ca, cert, key } = builder.tls;
  return {
    [BUILDKIT_TLS_NAMES.ca]: ca,
    [BUILDKIT_TLS_NAMES.cert]: cert,
    [BUILDKIT_TLS_NAMES.key]: key,
  };
}

/** Drops duplicates: the same content in two repositories is scanned once. */
function uniqueImages(job: Job, images: readonly SourceImage[]): readonly PinnedImage[] {
  const pinned = images.map((image) => pinnedOf(job, image));
  return [...new Map(pinned.map((image) => [image.digest, image])).values()];
}

async function scanPart(
  services: Services,
  run: Run,
  job: Job,
  images: readonly SourceImage[],
  expiresAt: Date,
): Promise<Omit<ScanJobFile, keyof JobBase>> {
  if (run.databaseDigest === undefined) throw new Error('the run has no vulnerability database');
  return {
    kind: 'scan',
    database: {
      repository: services.options.database.repository,
      digest: Digest.parse(run.databaseDigest),
    },
    images: await Promise.all(
      uniqueImages(job, images).map(async (pinned) => {
        const name = reportBlobOf(job, pinned.digest);
        return {
          ...pinned,
          reportUrl: await services.blobs.createOnlyUrl(CONTAINERS.results, name, expiresAt),
        };
      }),
    ),
  };
}

async function patchPart(
  services: Services,
  job: Job,
  images: readonly SourceImage[],
): Promise<Omit<PatchJobFile, keyof JobBase>> {
  const { builder } = services.options;
  const repository = onlyRepository(job);
  return {
    kind: 'patch',
    ...(builder.kind === 'remote' && { buildkitAddress: builder.address }),
    toolingMirrors: toolingMirrors(services.registry.host, services.options.toolingMirror),
    repository,
    staging: stagingOf(repository),
    images: await Promise.all(images.map((image, at) => patchImage(services, job, image, at))),
  };
}

async function patchImage(
  services: Services,
  job: Job,
  image: SourceImage,
  at: number,
): Promise<PatchJobFile['images'][number]> {
  const scan = await readAcceptedScan(services, image.targets[0]?.reportBefore);
  if (scan.os === undefined) throw new Error('the accepted report names no operating system');
  return {
    digest: image.digest,
    stagingTag: stagingTag(job, at),
    os: { family: scan.os.family, name: scan.os.name },
    architecture: image.targets[0]?.architecture ?? 'amd64',
    findings: fixable(scan).map((finding) => ({
      id: finding.id,
      package: finding.package,
      installed: finding.installed,
      fixed: finding.fixed ?? '',
    })),
  };
}

function onlyRepository(job: Job): RepositoryName {
  if (job.repository === undefined) throw new Error(`a ${job.kind} job names no repository`);
  return job.repository;
}
