import { aciGroupBody } from './aci-group-body.ts';
import { type ArmFailure, isRegistryFault, refusalOf } from './aci-refusals.ts';
import { AciGroup, groupStatus } from './aci-status.ts';
import { describeFailure } from './arm-failure.ts';
import { type ArmOptions, ArmRequests } from './arm-requests.ts';
import {
  type ContainerGroups,
  type GroupAnswer,
  type GroupName,
  type GroupSpec,
  type GroupStatus,
  GroupTag,
  MANAGED_BY,
} from './container-groups.ts';

const LOG_LINES = 200;
/** ACI's codes for a log that does not exist because no container has started. */
const NO_LOG_YET = /^(ContainerLogNotAvailable|ContainerGroupTransitioning)$/;

export interface AciOptions extends ArmOptions {
  readonly location: string;
  /** Resource id of the groups' subnet. */
  readonly subnetId?: string | undefined;
}

/** Container groups in Azure Container Instances, all in one resource group and region. */
export class AciContainerGroups implements ContainerGroups {
  readonly #arm: ArmRequests;
  readonly #resourceGroup: string;
  readonly #location: string;
  readonly #subnetId: string | undefined;

  constructor(options: AciOptions) {
    this.#arm = new ArmRequests(options);
    this.#resourceGroup = options.resourceGroup;
    this.#location = options.location;
    this.#subnetId = options.subnetId;
  }

  async get(name: GroupName): Promise<GroupStatus | undefined> {
    const group = await this.#arm.read(`get group ${name}`, ({ containerGroups }) =>
      containerGroups.get(this.#resourceGroup, name),
    );
    return group && groupStatus(AciGroup.parse(group));
  }

  async create(spec: GroupSpec): Promise<GroupAnswer> {
    const body = JSON.stringify(aciGroupBody(spec, this.#location, this.#subnetId));
    const failure = await this.#arm.send('PUT', spec.name, [200, 201, 202], body);
    return answerOf(failure, secretsOf(spec));
  }

  async delete(name: GroupName): Promise<GroupAnswer> {
    return answerOf(await this.#arm.send('DELETE', name, [200, 202, 204, 404]));
  }

  async *list(): AsyncIterable<GroupStatus> {
    let pages: AsyncIterableIterator<readonly unknown[]> | undefined;
    for (;;) {
      const page = await this.#arm.read('list the groups', ({ containerGroups }) => {
        pages ??= containerGroups.listByResourceGroup(this.#resourceGroup).byPage();
        return pages.next();
      });
      if (page === undefined || page.done === true) return;
      for (const group of page.value) {
        const parsed = AciGroup.safeParse(group);
        // A group that doesn't parse has a name that we never use.
        if (parsed.success && isOurs(parsed.data)) yield groupStatus(parsed.data);
      }
    }
  }

  async logs(name: GroupName, container: string): Promise<string | undefined> {
    const log = await this.#arm.read(
      `read the log of ${container} in group ${name}`,
      ({ containers }) =>
        containers.listLogs(this.#resourceGroup, name, container, { tail: LOG_LINES }),
      NO_LOG_YET,
    );
    return log?.content;
  }
}

function isOurs(group: AciGroup): boolean {
  return group.tags?.[GroupTag.managedBy] === MANAGED_BY;
}

function answerOf(failure: ArmFailure | undefined, secrets?: readonly string[]): GroupAnswer {
  if (failure === undefined) return { ok: true };
  const { retryAfterSeconds } = failure;
  return {
    ok: false,
    refusal: refusalOf(failure),
    detail: describeFailure(failure, secrets),
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
    ...(isRegistryFault(failure) && { mayPass: true }),
  };
}

/** The secrets of a group. ARM may quote them in an error, so they are masked in every text. */
function secretsOf(spec: GroupSpec): readonly string[] {
  const files = spec.containers.flatMap(({ secretFiles }) => Object.values(secretFiles));
  const encoded = files.map((text) => Buffer.from(text).toString('base64'));
  return [spec.imageCredential.password, ...files, ...encoded];
}
