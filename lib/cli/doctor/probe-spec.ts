import { aciGroupBody, MAX_GROUP_BODY_BYTES } from '../../containers/aci-group-body.ts';
import {
  type GroupName,
  type GroupSpec,
  GroupTag,
  MANAGED_BY,
} from '../../containers/container-groups.ts';
import type { CheckContext } from '../../doctor/check.ts';
import { Digest } from '../../image/digest.ts';
import { DOCKER_CONFIG_NAME, JOB_FILE_NAME, JOB_FOLDER_VARIABLE } from '../../job/job-file.ts';
import type { ProbeJobFile } from '../../job/probe-job.ts';
import {
  buildkitFiles,
  SCRATCH_PATH,
  SECRETS_PATH,
  TOKEN_USER,
  WORKER_COMMAND,
} from '../../pipeline/group/container-spec.ts';
import { ONLY_CONTAINER } from '../../pipeline/records/container-names.ts';
import type { WorkerImage } from '../../pipeline/services.ts';

/** A kind of group in which jobs run. */
export interface ProbeKind {
  readonly sku: GroupSpec['sku'];
  readonly privileged: boolean;
  readonly image: WorkerImage;
  readonly tools: readonly string[];
  /** True to connect to the remote BuildKit, with the credentials of a job. */
  readonly remote?: true;
}

/** The names of one probe, and how long it may take. */
interface ProbeNames {
  readonly group: GroupName;
  readonly id: string;
  /** Where the worker puts its result. */
  readonly resultUrl: string;
  readonly expiresAt: Date;
}

/** Names of files that only make the request larger. */
const PADDING = 'padding-';
/** As large as the secrets of a job's container. */
const PADDING_BYTES = 6 * 1024;
/** What a file adds to the request besides its content. */
const FILE_BYTES = 32;

/**
 * A group like those of jobs, but small, which runs only the worker's probe. Its request has the largest
 * size that a job's may have, so that the probe finds out whether Azure accepts it.
 */
export async function probeSpec(
  context: CheckContext,
  kind: ProbeKind,
  probe: ProbeNames,
): Promise<GroupSpec> {
  const spec = await smallSpec(context, kind, probe);
  const { location, subnetId } = context.settings;
  const size = Buffer.byteLength(JSON.stringify(aciGroupBody(spec, location, subnetId)));
  const files = padding(MAX_GROUP_BODY_BYTES - size);
  const containers = spec.containers.map((container) => ({
    ...container,
    secretFiles: { ...container.secretFiles, ...files },
  }));
  return { ...spec, containers };
}

/** Files that add at most so many bytes to a request, which has them in base64. */
function padding(bytes: number): Record<string, string> {
  const files: Record<string, string> = {};
  let left = bytes;
  for (let nth = 1; left > 2 * FILE_BYTES; nth += 1) {
    const length = Math.min(PADDING_BYTES, Math.floor((left - FILE_BYTES) / 4) * 3);
    files[`${PADDING}${nth}`] = 'x'.repeat(length);
    left -= FILE_BYTES + Math.ceil(length / 3) * 4;
  }
  return files;
}

async function smallSpec(
  { services }: CheckContext,
  kind: ProbeKind,
  probe: ProbeNames,
): Promise<GroupSpec> {
  const { registry } = services;
  const { repository, reference } = kind.image;
  const remote = remoteOf(services, kind);
  const { token } = await registry.mintToken([{ repository, actions: ['pull'] }]);
  return {
    name: probe.group,
    sku: kind.sku,
    privileged: kind.privileged,
    image: `${registry.host}/${reference}`,
    imageCredential: { server: registry.host, username: TOKEN_USER, password: token },
    containers: [
      {
        name: ONLY_CONTAINER,
        command: [...WORKER_COMMAND, 'probe'],
        cpu: 1,
        memoryGb: 1,
        environment: {
          [JOB_FOLDER_VARIABLE]: SECRETS_PATH,
          DOCKER_CONFIG: SECRETS_PATH,
          ...(kind.privileged && { TMPDIR: SCRATCH_PATH }),
        },
        secretFiles: {
          [JOB_FILE_NAME]: JSON.stringify(jobFileOf(services, kind, probe)),
          [DOCKER_CONFIG_NAME]: JSON.stringify({
            auths: { [registry.host]: { registrytoken: token } },
          }),
          ...(remote !== undefined && buildkitFiles(remote)),
        },
        secretsPath: SECRETS_PATH,
        ...(kind.privileged && { scratchPath: SCRATCH_PATH }),
      },
    ],
    // If this program is killed, the app's reaper deletes the group.
    tags: {
      [GroupTag.managedBy]: MANAGED_BY,
      [GroupTag.run]: 'doctor',
      [GroupTag.job]: probe.id,
      [GroupTag.expiresAt]: probe.expiresAt.toISOString(),
    },
  };
}

function jobFileOf(
  services: CheckContext['services'],
  kind: ProbeKind,
  probe: ProbeNames,
): ProbeJobFile {
  const { registry, options } = services;
  const { repository, reference } = kind.image;
  const remote = remoteOf(services, kind);
  return {
    version: 1,
    kind: 'probe',
    probeId: probe.id,
    registry: registry.host,
    image: { repository, digest: Digest.parse(reference.split('@')[1]) },
    tools: [...kind.tools],
    ...(remote !== undefined && { buildkitAddress: remote.address }),
    resultUrl: probe.resultUrl,
    ...(options.extraCa !== undefined && { extraCa: options.extraCa }),
  };
}

function remoteOf({ options: { builder } }: CheckContext['services'], { remote }: ProbeKind) {
  return remote === true && builder.kind === 'remote' ? builder : undefined;
}
