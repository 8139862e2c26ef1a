import type { ContainerSpec, GroupSpec } from '../../containers/container-groups.ts';
import {
  BUILDKIT_TLS_NAMES,
  DOCKER_CONFIG_NAME,
  JOB_FILE_NAME,
  JOB_FOLDER_VARIABLE,
  type JobAddress,
  type JobFile,
  type PatchJobFile,
  type ScanJobFile,
} from '../../job/job-file.ts';
import { sealJobFile } from '../../job/sealed-job-file.ts';
import { CONTAINERS } from '../../storage/blobs.ts';
import { type Job, jobBlobOf, resultBlobOf } from '../records/job.ts';
import { type Services, secondsAfter } from '../services.ts';
import type { ContainerSize } from './container-size.ts';
import { groupScopes } from './group-scopes.ts';

export const SECRETS_PATH = '/run/patchwright';
export const SCRATCH_PATH = '/var/lib/patchwright';
/**
 * Without the flag, Node opens its debugger on localhost at SIGUSR1. A build step shares the process
 * table and the network with the worker and could then read the worker's secrets.
 */
export const WORKER_COMMAND = ['node', '--disable-sigusr1', '/app/worker.cjs'] as const;
const IMAGE_TIMEOUT_SECONDS = 20 * 60;
const TOKEN_MARGIN_SECONDS = 5 * 60;
/** Time for the worker to upload its result after its own deadline, before the attempt's deadline. */
const UPLOAD_SECONDS = 2 * 60;
export const TOKEN_USER = '00000000-0000-0000-0000-000000000000';

type JobBase = Omit<ScanJobFile, 'kind' | 'database' | 'images'>;

/** An attempt whose group is to be created. */
export type Attempt = Job & {
  readonly deadline: Date;
  readonly group: GroupSpec['name'];
  /** Addresses for results end then, and the reaper deletes the group. */
  readonly expiresAt: Date;
};

/** The work of one container, and its size. */
export interface ContainerPart {
  readonly name: string;
  readonly size: ContainerSize;
  readonly part: Omit<ScanJobFile, keyof JobBase> | Omit<PatchJobFile, keyof JobBase>;
}

/**
 * Builds one container, with a registry token for its own images only and the address of its job file,
 * which it stores.
 */
export async function containerSpec(
  services: Services,
  job: Attempt,
  { name, size, part }: ContainerPart,
): Promise<ContainerSpec> {
  const { options, registry, blobs } = services;
  const token = await registry.mintToken(groupScopes(part, options));
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
    resultUrl: await blobs.createOnlyUrl(
      CONTAINERS.results,
      resultBlobOf(job, name),
      job.expiresAt,
    ),
    ...(options.extraCa !== undefined && { extraCa: options.extraCa }),
  };
  const file: JobFile = { ...base, ...part };
  const address = await storeJobFile(services, job, { name, file, token: token.token });
  const patches = file.kind === 'patch';
  const mounts = patches && options.builder.kind === 'confidential';
  return {
    name,
    command: [...WORKER_COMMAND, file.kind],
    cpu: size.cpu,
    memoryGb: size.memoryGb,
    environment: {
      [JOB_FOLDER_VARIABLE]: SECRETS_PATH,
      DOCKER_CONFIG: SECRETS_PATH,
      // BuildKit's state is on the emptyDir, because overlayfs does not stack on a container's own.
      ...(mounts && { TMPDIR: SCRATCH_PATH }),
    },
    secretFiles: {
      [JOB_FILE_NAME]: JSON.stringify(address),
      [DOCKER_CONFIG_NAME]: JSON.stringify({
        auths: { [registry.host]: { registrytoken: token.token } },
      }),
      ...(patches && buildkitFiles(options.builder)),
    },
    secretsPath: SECRETS_PATH,
    ...(mounts && { scratchPath: SCRATCH_PATH }),
  };
}

/** Stores the job file where only the holder of its address and its token can read it. */
async function storeJobFile(
  { blobs, registry, options: { extraCa } }: Services,
  job: Attempt,
  { name, file, token }: { readonly name: string; readonly file: JobFile; readonly token: string },
): Promise<JobAddress> {
  const sealed = sealJobFile(JSON.stringify(file), token);
  const blob = jobBlobOf(job, name, sealed);
  await blobs.create(CONTAINERS.results, blob, sealed, 'application/octet-stream');
  return {
    version: 1,
    kind: 'address',
    registry: registry.host,
    jobUrl: await blobs.readOnlyUrl(CONTAINERS.results, blob, job.expiresAt),
    ...(extraCa !== undefined && { extraCa }),
  };
}

/** The files with which a container authenticates to a remote BuildKit. */
export function buildkitFiles(builder: Services['options']['builder']): Record<string, string> {
  if (builder.kind !== 'remote') return {};
  const { ca, cert, key } = builder.tls;
  return {
    [BUILDKIT_TLS_NAMES.ca]: ca,
    [BUILDKIT_TLS_NAMES.cert]: cert,
    [BUILDKIT_TLS_NAMES.key]: key,
  };
}
