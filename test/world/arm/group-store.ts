import { randomUUID } from 'node:crypto';
import { ArmError, groupNotFound, inaccessibleImage, transitioning } from './arm-error.ts';
import { checkGroup } from './check-group.ts';
import { ContainerGroup } from './container-group.ts';
import { type FaultPlan, type GroupFault, refusalOf } from './group-fault.ts';
import { type GroupRequest, requestedResources, skuOf } from './group-request.ts';
import { canPull } from './image-pull.ts';
import type { ContainerRuntime } from './local-command.ts';
import { checkQuota, createThrottle, type Quotas, type Usage } from './quotas.ts';

export interface GroupStoreOptions {
  readonly runtime: ContainerRuntime;
  readonly locations: readonly string[];
  readonly quotas: Quotas;
  readonly now: () => number;
  readonly startDelayMs: number;
  readonly deletionDelayMs: number;
  /** PEM of the authority of the images' registry. */
  readonly registryCa: string;
  /** Whether a group whose image can't be pulled is refused (like ACI) or fails during provisioning. */
  readonly imageCheck: 'at-create' | 'while-provisioning';
  readonly faults?: FaultPlan;
}

export type OperationStatus = 'InProgress' | 'Succeeded' | 'Failed';

/** ARM's answer to a PUT or DELETE, before it becomes an HTTP response. */
export interface Accepted {
  readonly status: 200 | 201 | 202 | 204;
  readonly group?: ContainerGroup;
  /** The id of the long-running operation, if there is one. */
  readonly operation?: string;
  /** True if the connection breaks instead of a response. */
  readonly answerLost?: boolean;
}

/** The container groups of a subscription, and the rules for creating one. */
export class GroupStore {
  readonly #options: GroupStoreOptions;
  readonly #groups = new Map<string, ContainerGroup>();
  readonly #operations = new Map<string, () => OperationStatus>();
  readonly #creations;
  readonly #deletions;
  #plan: FaultPlan | undefined;
  #created = 0;

  constructor(options: GroupStoreOptions) {
    this.#options = options;
    this.#plan = options.faults;
    this.#creations = createThrottle(
      'container group creations',
      options.quotas.creations,
      options.now,
    );
    this.#deletions = createThrottle(
      'container group deletions',
      options.quotas.deletions,
      options.now,
    );
  }

  get quotas(): Quotas {
    return this.#options.quotas;
  }

  /** Replaces the plan of failing creations; undefined if none fails. */
  setFaults(plan: FaultPlan | undefined): void {
    this.#plan = plan;
  }

  get(resourceGroup: string, name: string): ContainerGroup {
    const group = this.#groups.get(key(resourceGroup, name));
    if (group === undefined) {
      throw groupNotFound(name, resourceGroup);
    }
    return group;
  }

  /** Groups in order of creation, of one resource group or of all. */
  list(resourceGroup?: string): readonly ContainerGroup[] {
    const all = [...this.#groups.values()];
    return resourceGroup === undefined
      ? all
      : all.filter((one) => one.resourceGroup.toLowerCase() === resourceGroup.toLowerCase());
  }

  operation(id: string): OperationStatus {
    const status = this.#operations.get(id);
    if (status === undefined) {
      throw new ArmError(404, 'OperationNotFound', `The operation '${id}' was not found.`);
    }
    return status();
  }

  async put(resourceGroup: string, name: string, body: unknown): Promise<Accepted> {
    const request = checkGroup(body, { name, locations: this.#options.locations });
    const existing = this.#groups.get(key(resourceGroup, name));
    if (existing !== undefined) {
      if (existing.transitioning || existing.provisioningState === 'Deleting') {
        throw transitioning(name);
      }
      await existing.restart(request);
      return { status: 200, group: existing, operation: this.#track(existing) };
    }
    this.#created += 1;
    const fault = this.#plan?.({ name, tags: request.tags ?? {}, request }, this.#created);
    if (fault?.kind === 'refused') {
      throw refusalOf(fault, name, request);
    }
    this.#creations.take();
    checkQuota(this.#options.quotas, this.usage(), request);
    if (this.#options.imageCheck === 'at-create' && !(await this.#imagesAccessible(request))) {
      const image = request.properties.containers[0]?.properties.image ?? '';
      throw inaccessibleImage(image, name);
    }
    const group = this.#create(resourceGroup, name, request, fault);
    const operation = this.#track(group);
    return { status: 201, group, operation, answerLost: fault?.kind === 'answer-lost' };
  }

  async delete(resourceGroup: string, name: string): Promise<Accepted> {
    const group = this.#groups.get(key(resourceGroup, name));
    if (group === undefined) {
      return { status: 204 };
    }
    this.#deletions.take();
    const { deletionDelayMs } = this.#options;
    if (deletionDelayMs === 0) {
      await this.#forget(group);
      return { status: 200, group };
    }
    const operation = randomUUID();
    this.#operations.set(operation, () =>
      this.#groups.has(key(resourceGroup, name)) ? 'InProgress' : 'Succeeded',
    );
    group.provisioningState = 'Deleting';
    setTimeout(() => void this.#forget(group), deletionDelayMs);
    return { status: 202, group, operation };
  }

  usage(): Usage {
    const active = this.list().filter((group) => group.active);
    const cores = (sku: 'Standard' | 'Confidential') =>
      active
        .filter((group) => skuOf(group.request) === sku)
        .reduce((sum, group) => sum + requestedResources(group.request).cpu, 0);
    return {
      groups: this.#groups.size,
      standardCores: cores('Standard'),
      confidentialCores: cores('Confidential'),
    };
  }

  /** Ends every group. Settles when nothing is left. */
  async close(): Promise<void> {
    await Promise.all(this.list().map((group) => this.#forget(group)));
  }

  #create(
    resourceGroup: string,
    name: string,
    request: GroupRequest,
    fault: GroupFault | undefined,
  ): ContainerGroup {
    const group: ContainerGroup = new ContainerGroup({
      name,
      resourceGroup,
      request,
      fault,
      runtime: this.#options.runtime,
      startDelayMs: this.#options.startDelayMs,
      imagesAccessible: () => this.#imagesAccessible(request),
      onVanished: () => void this.#forget(group),
    });
    this.#groups.set(key(resourceGroup, name), group);
    return group;
  }

  #track(group: ContainerGroup): string {
    const operation = randomUUID();
    this.#operations.set(operation, () => {
      const { provisioningState } = group;
      return provisioningState === 'Succeeded' || provisioningState === 'Failed'
        ? provisioningState
        : 'InProgress';
    });
    return operation;
  }

  async #forget(group: ContainerGroup): Promise<void> {
    await group.remove();
    const at = key(group.resourceGroup, group.name);
    if (this.#groups.get(at) === group) {
      this.#groups.delete(at);
    }
  }

  async #imagesAccessible(request: GroupRequest): Promise<boolean> {
    const { containers, imageRegistryCredentials = [] } = request.properties;
    const credentials = imageRegistryCredentials.flatMap(({ server, username, password }) =>
      username !== undefined && password !== undefined ? [{ server, username, password }] : [],
    );
    const answers = await Promise.all(
      containers.map((one) => canPull(one.properties.image, credentials, this.#options.registryCa)),
    );
    return answers.every((answer) => answer);
  }
}

function key(resourceGroup: string, name: string): string {
  return `${resourceGroup}/${name}`.toLowerCase();
}
