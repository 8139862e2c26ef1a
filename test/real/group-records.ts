import { z } from 'zod';
import { DOCKER_CONFIG_NAME, JOB_FILE_NAME, JobFile } from '../../lib/job/job-file.ts';
import type { FaultPlan, PlannedGroup } from '../world/arm/group-fault.ts';

const DockerConfig = z.object({
  auths: z.record(z.string(), z.object({ registrytoken: z.string() })),
});

/** The input of a container group, from the request that created it. */
export interface GroupRecord {
  readonly name: string;
  readonly job: JobFile;
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
  return { name, job: JobFile.parse(read(JOB_FILE_NAME)), token: login.registrytoken };
}
