import * as z from 'zod';
import { DOCKER_CONFIG_NAME, JOB_FILE_NAME, JobAddress, JobFile } from '../../lib/job/job-file.ts';
import { openJobFile } from '../../lib/job/sealed-job-file.ts';
import type { FaultPlan, PlannedGroup } from '../world/arm/group-fault.ts';

const DockerConfig = z.object({
  auths: z.record(z.string(), z.object({ registrytoken: z.string() })),
});

const Kind = z.enum(['scan', 'patch']);

/** The input of a container group, from the request that created it. */
export interface GroupRecord {
  readonly name: string;
  readonly kind: 'scan' | 'patch';
  /** Reads the digests of its images from its job file, as its worker does. */
  digests(): Promise<readonly string[]>;
  /** The access token in its secret volume. */
  readonly token: string;
}

/** Records every creation of a job's group at ARM, and refuses none. */
export function recordGroups(): { readonly plan: FaultPlan; readonly groups: GroupRecord[] } {
  const groups: GroupRecord[] = [];
  const plan: FaultPlan = (group) => {
    if (!group.name.startsWith('pw-probe-')) groups.push(recordOf(group));
    return undefined;
  };
  return { plan, groups };
}

function recordOf({ name, request }: PlannedGroup): GroupRecord {
  const secrets = request.properties.volumes?.find((volume) => volume.secret)?.secret ?? {};
  const read = (file: string): unknown =>
    JSON.parse(Buffer.from(secrets[file] ?? '', 'base64').toString('utf8'));
  const [login, another] = Object.values(DockerConfig.parse(read(DOCKER_CONFIG_NAME)).auths);
  if (login === undefined || another !== undefined) {
    throw new Error(`the group ${name} does not have exactly one login`);
  }
  const kind = request.properties.containers[0]?.properties.command?.at(-1);
  const { jobUrl } = JobAddress.parse(read(JOB_FILE_NAME));
  return {
    name,
    kind: Kind.parse(kind),
    digests: () => digestsBehind(jobUrl, login.registrytoken),
    token: login.registrytoken,
  };
}

async function digestsBehind(jobUrl: string, token: string): Promise<readonly string[]> {
  const answer = await fetch(jobUrl);
  const opened = openJobFile(new Uint8Array(await answer.arrayBuffer()), token);
  if (!opened.ok) throw new Error(`${answer.status}: ${opened.fault}`);
  const { images } = JobFile.parse(JSON.parse(Buffer.from(opened.value).toString('utf8')));
  return images.map(({ digest }) => digest);
}
