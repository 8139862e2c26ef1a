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

/** A group like those of jobs, but small, which runs only the worker's probe. */
export async function probeSpec(
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
