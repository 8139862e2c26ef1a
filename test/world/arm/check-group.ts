import { ArmError, invalidRequest } from './arm-error.ts';
import {
  type Container,
  GroupRequest,
  requestedResources,
  type SecurityContext,
  skuOf,
  type Volume,
} from './group-request.ts';

const NAME = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
const VARIABLE = /^[A-Za-z_][A-Za-z0-9_.-]*$/;
const FILE_NAME = /^[A-Za-z0-9._-]{1,253}$/;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/**
 * https://learn.microsoft.com/azure/container-instances/container-instances-resource-and-quota-limits
 */
const LIMITS = {
  containers: 60,
  volumes: 20,
  cpu: 31,
  memoryGb: { Standard: 240, Confidential: 180 },
} as const;

export interface GroupRules {
  readonly name: string;
  readonly locations: readonly string[];
}

/**
 * Checks a body as ARM and ACI do and returns it parsed. Throws {@link ArmError}. The codes
 * SecurityContextNotSupported, InvalidRequestContent and LocationNotAvailableForResourceType are
 * Azure's own; the others are invented in the same style.
 */
export function checkGroup(body: unknown, rules: GroupRules): GroupRequest {
  const parsed = GroupRequest.safeParse(body);
  if (!parsed.success) {
    const first = parsed.error.issues[0];
    throw invalidRequest(
      'The request content was invalid and could not be deserialized: ' +
        `'${first?.path.join('.') ?? ''}: ${first?.message ?? 'unknown'}'.`,
    );
  }
  const request = parsed.data;
  if (!NAME.test(rules.name)) {
    throw new ArmError(
      400,
      'InvalidContainerGroupName',
      `The container group name '${rules.name}' is invalid. It has 1 to 63 lower-case letters, digits ` +
        'and hyphens, and no hyphen at either end.',
    );
  }
  checkLocation(request, rules.locations);
  checkKind(request);
  checkVolumes(request.properties.volumes ?? []);
  checkContainers(request);
  checkCredentials(request);
  checkResources(request);
  return request;
}

function checkLocation(request: GroupRequest, locations: readonly string[]): void {
  if (!request.location) {
    throw new ArmError(400, 'LocationRequired', 'The location property is required.');
  }
  if (!locations.includes(request.location)) {
    throw new ArmError(
      400,
      'LocationNotAvailableForResourceType',
      `The provided location '${request.location}' is not available for resource type ` +
        `'Microsoft.ContainerInstance/containerGroups'.`,
    );
  }
}

function checkKind(request: GroupRequest): void {
  const { osType, sku, priority, initContainers } = request.properties;
  if (osType !== 'Linux') {
    throw new ArmError(400, 'InvalidOsType', `The osType '${osType}' is not supported here.`);
  }
  if (sku !== undefined && !['Standard', 'Confidential', 'NotSpecified'].includes(sku)) {
    throw new ArmError(400, 'InvalidSku', `The sku '${sku}' is not supported here.`);
  }
  if (priority === 'Spot') {
    throw new ArmError(
      400,
      'SpotPriorityContainerGroupNotSupportedInRegion',
      'Spot priority container groups are not supported in this region.',
    );
  }
  if (initContainers !== undefined && initContainers.length > 0) {
    throw new ArmError(400, 'NotSupportedHere', 'This local Azure runs no init containers.');
  }
}

function checkVolumes(volumes: readonly Volume[]): void {
  if (volumes.length > LIMITS.volumes) {
    throw new ArmError(400, 'TooManyVolumes', `A group has at most ${LIMITS.volumes} volumes.`);
  }
  const names = new Set<string>();
  for (const volume of volumes) {
    if (!NAME.test(volume.name) || names.has(volume.name)) {
      const text = `The volume name '${volume.name}' is invalid or used twice.`;
      throw new ArmError(400, 'InvalidVolumeName', text);
    }
    names.add(volume.name);
    const kinds = [volume.emptyDir, volume.secret, volume.azureFile, volume.gitRepo];
    if (kinds.filter((kind) => kind !== undefined).length !== 1) {
      const text = `The volume '${volume.name}' must be of exactly one type.`;
      throw new ArmError(400, 'InvalidVolume', text);
    }
    if (volume.azureFile !== undefined || volume.gitRepo !== undefined) {
      const text = 'This local Azure has emptyDir and secret volumes only.';
      throw new ArmError(400, 'NotSupportedHere', text);
    }
    checkSecret(volume);
  }
}

function checkSecret(volume: Volume): void {
  for (const [file, value] of Object.entries(volume.secret ?? {})) {
    if (!FILE_NAME.test(file) || file === '.' || file === '..') {
      const text = `The file name '${file}' in secret volume '${volume.name}' is invalid.`;
      throw new ArmError(400, 'InvalidSecretVolume', text);
    }
    if (!BASE64.test(value)) {
      const text = `The value of '${file}' in secret volume '${volume.name}' is not valid base64.`;
      throw new ArmError(400, 'InvalidSecretVolume', text);
    }
  }
}

function checkContainers(request: GroupRequest): void {
  const { containers, volumes = [] } = request.properties;
  if (containers.length === 0 || containers.length > LIMITS.containers) {
    const text = `A group has 1 to ${LIMITS.containers} containers.`;
    throw new ArmError(400, 'InvalidContainerCount', text);
  }
  const names = new Set<string>();
  for (const container of containers) {
    if (!NAME.test(container.name) || names.has(container.name)) {
      const text = `The container name '${container.name}' is invalid or used twice.`;
      throw new ArmError(400, 'InvalidContainerName', text);
    }
    names.add(container.name);
    if (container.properties.image.trim() === '') {
      const text = `The container '${container.name}' has no image.`;
      throw new ArmError(400, 'ImageRequired', text);
    }
    checkMounts(container, volumes);
    checkEnvironment(container);
    checkSecurity(container.name, container.properties.securityContext, skuOf(request));
  }
}

function checkMounts(container: Container, volumes: readonly Volume[]): void {
  const paths = new Set<string>();
  for (const mount of container.properties.volumeMounts ?? []) {
    if (!volumes.some((volume) => volume.name === mount.name)) {
      const text = `The volume '${mount.name}' that '${container.name}' mounts is not in the group.`;
      throw new ArmError(400, 'VolumeMountNotFound', text);
    }
    const { mountPath } = mount;
    if (!mountPath.startsWith('/') || mountPath.includes(':') || paths.has(mountPath)) {
      const text = `The mount path '${mountPath}' of '${container.name}' is invalid or used twice.`;
      throw new ArmError(400, 'InvalidMountPath', text);
    }
    paths.add(mountPath);
  }
}

function checkEnvironment(container: Container): void {
  const names = new Set<string>();
  for (const variable of container.properties.environmentVariables ?? []) {
    const both = variable.value !== undefined && variable.secureValue !== undefined;
    if (!VARIABLE.test(variable.name) || names.has(variable.name) || both) {
      const text = `The environment variable '${variable.name}' of '${container.name}' is invalid.`;
      throw new ArmError(400, 'InvalidEnvironmentVariable', text);
    }
    names.add(variable.name);
  }
}

/** Standard refuses any security context. Confidential accepts only the flag `privileged`. */
function checkSecurity(
  container: string,
  context: SecurityContext | undefined,
  sku: 'Standard' | 'Confidential',
): void {
  if (context === undefined) {
    return;
  }
  const { privileged: _, ...others } = context;
  const extra = Object.values(others).some((value) => value !== undefined);
  if (sku === 'Standard' || extra) {
    throw new ArmError(
      400,
      'SecurityContextNotSupported',
      `The security context of container '${container}' is not supported for sku '${sku}'. Only the ` +
        '"Privileged" flag is supported, and only for sku \'Confidential\'.',
    );
  }
}

function checkCredentials(request: GroupRequest): void {
  const servers = new Set<string>();
  for (const one of request.properties.imageRegistryCredentials ?? []) {
    const byPassword = Boolean(one.username) && Boolean(one.password);
    const byIdentity = one.identity !== undefined && one.password === undefined;
    if (!one.server || one.server.includes('://') || servers.has(one.server)) {
      const text = `The image registry credential's server '${one.server}' is invalid or used twice.`;
      throw new ArmError(400, 'InvalidImageRegistryCredential', text);
    }
    if (!byPassword && !byIdentity) {
      const text = `The image registry credential for '${one.server}' has no user name and password.`;
      throw new ArmError(400, 'InvalidImageRegistryCredential', text);
    }
    servers.add(one.server);
  }
}

function checkResources(request: GroupRequest): void {
  const sku = skuOf(request);
  const { cpu, memoryGb } = requestedResources(request);
  const each = request.properties.containers.map((one) => one.properties.resources.requests);
  if (each.some((one) => one.cpu <= 0 || one.memoryInGB <= 0)) {
    throw new ArmError(400, 'InvalidResourceRequest', 'CPU and memory requests must be above 0.');
  }
  if (cpu > LIMITS.cpu || memoryGb > LIMITS.memoryGb[sku]) {
    throw new ArmError(
      400,
      'ResourceRequestTooLarge',
      `The resource request of '${cpu}' CPU and '${memoryGb}' GB is above what sku '${sku}' offers: ` +
        `'${LIMITS.cpu}' CPU and '${LIMITS.memoryGb[sku]}' GB.`,
    );
  }
}
