import { type Deployment, lastName, ofType, textAt } from '../bicep/deployment.ts';
import { readKept } from '../bicep/kept-files.ts';
import type { SetName } from '../bicep/parameter-sets.ts';

const SUBSCRIPTION = '11111111-1111-4111-8111-111111111111';
export const REGISTRY_ID = `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg-registry/providers/Microsoft.ContainerRegistry/registries/contoso`;

export interface StateResource {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  readonly group: string;
  readonly tags?: Readonly<Record<string, string>>;
}

/** The contents of a simulated Azure. */
export interface AzureState {
  readonly subscriptionId: string;
  readonly groups: readonly {
    readonly name: string;
    readonly tags?: Readonly<Record<string, string>>;
  }[];
  readonly resources: readonly StateResource[];
  readonly assignments: readonly {
    readonly id: string;
    readonly scope: string;
    readonly principalId: string;
    readonly description: string | null;
    readonly roleId: string;
  }[];
  readonly customRoles: readonly {
    readonly name: string;
    readonly roleName: string;
    readonly scope: string;
  }[];
  readonly budgets: readonly string[];
  readonly cacheRules: readonly { readonly name: string; readonly targetRepository: string }[];
  readonly repositories: readonly string[];
  /** Tags of the repositories with marks. */
  readonly marks?: Readonly<Record<string, readonly string[]>>;
}

export const groupId = (name: string) => `/subscriptions/${SUBSCRIPTION}/resourceGroups/${name}`;

/** The contents of Azure after a deployment of a kept parameter set. */
export function deployed(set: SetName): AzureState {
  const deployment = readKept().deployments.find((one) => one.set === set);
  if (deployment === undefined) throw new Error(`there is no parameter set ${set}`);
  const rules = ofType(deployment, 'Microsoft.ContainerRegistry/registries/cacheRules');
  return {
    subscriptionId: SUBSCRIPTION,
    groups: groupsOf(deployment),
    resources: deployment.resources
      .filter(
        ({ tags, type }) => tags !== undefined && type !== 'Microsoft.Resources/resourceGroups',
      )
      .map(({ type, name, tags }) => resource(type, plain(name), 'rg-patchwright-prod', tags)),
    assignments: ofType(deployment, 'Microsoft.Authorization/roleAssignments').map((one, at) => ({
      id: `${scopeOf(one.id)}/providers/Microsoft.Authorization/roleAssignments/prod-${at}`,
      scope: scopeOf(one.id),
      principalId: 'principal-of-prod',
      description: textAt(one, 'properties', 'description'),
      roleId: lastPart(textAt(one, 'properties', 'roleDefinitionId')),
    })),
    customRoles: ofType(deployment, 'Microsoft.Authorization/roleDefinitions').map((role) => ({
      name: role.name,
      roleName: textAt(role, 'properties', 'roleName'),
      scope: role.id.slice(0, role.id.indexOf('/providers/')),
    })),
    budgets: ofType(deployment, 'Microsoft.Consumption/budgets').map(({ name }) => name),
    cacheRules: rules.map((rule) => ({
      name: lastName(rule),
      targetRepository: textAt(rule, 'properties', 'targetRepository'),
    })),
    repositories: ['patchwright/worker-scan', 'patchwright/staging/team/api', 'team/api'],
  };
}

function groupsOf(deployment: Deployment) {
  const made = ofType(deployment, 'Microsoft.Resources/resourceGroups');
  return ['rg-patchwright-prod', 'rg-patchwright-prod-jobs'].map((name) => {
    const tags = made.find((group) => group.name === name)?.tags;
    return tags === undefined ? { name } : { name, tags };
  });
}

export function resource(
  type: string,
  name: string,
  group: string,
  tags?: Readonly<Record<string, string>>,
): StateResource {
  const [namespace = '', ...kinds] = type.split('/');
  const names = name.split('/');
  const path = kinds.map((kind, at) => `${kind}/${names[at]}`).join('/');
  const id = `${groupId(group)}/providers/${namespace}/${path}`;
  return tags === undefined ? { id, name, type, group } : { id, name, type, group, tags };
}

/** Fills in the names that contain an expression: `privatelink.blob.…`, and links to it. */
function plain(name: string): string {
  const [, service, link] =
    /'privatelink\.\{0\}\.\{1\}', '(\w+)', environment\(\)\.suffixes\.storage\)(?:, '([\w-]+)')?/.exec(
      name,
    ) ?? [];
  if (service === undefined) return name;
  const zone = `privatelink.${service}.core.windows.net`;
  return link === undefined ? zone : `${zone}/${link}`;
}

function lastPart(id: string): string {
  return id.slice(id.lastIndexOf('/') + 1);
}

function scopeOf(id: string): string {
  const [, resourceId] = /^\[extensionResourceId\('([^']+)'/.exec(id) ?? [];
  if (resourceId !== undefined) return resourceId;
  const [, group = ''] = /^\[resourceId\('[^']+', '([^']+)'/.exec(id) ?? [];
  return groupId(group);
}

/** The same installation under the name `test`, in groups of its own or in those of prod. */
export function asTest(state: AzureState, where: 'own groups' | 'the same groups'): AzureState {
  const names = JSON.stringify(state)
    .replaceAll(/patchwright-prod-(?!jobs)\w+/g, 'patchwright-test-abcdef')
    .replaceAll('principal-of-prod', 'principal-of-test')
    .replaceAll(/roleAssignments\/prod-/g, 'roleAssignments/test-')
    .replaceAll(/\bpw[a-z0-9]{13}\b/g, 'pwabcdefabcdefa')
    .replaceAll(/workbooks\/([0-9a-f]{8})-[0-9a-f-]{27}/g, 'workbooks/$1-test')
    .replaceAll(/"(name|roleId)":"([0-9a-f]{8})-[0-9a-f-]{27}"/g, '"$1":"$2-test"');
  const moved =
    where === 'own groups' ? names.replaceAll('rg-patchwright-prod', 'rg-patchwright-test') : names;
  const parsed: AzureState = JSON.parse(moved);
  return parsed;
}

/** Merges two states into one Azure. If both have a name, the first one's entry is kept. */
export function together(one: AzureState, two: AzureState): AzureState {
  const unique = <T>(items: readonly T[], key: (item: T) => string) => [
    ...new Map(items.toReversed().map((item) => [key(item), item])).values(),
  ];
  return {
    subscriptionId: one.subscriptionId,
    groups: unique([...one.groups, ...two.groups], ({ name }) => name),
    resources: unique([...one.resources, ...two.resources], ({ id }) => id),
    assignments: unique([...one.assignments, ...two.assignments], ({ id }) => id),
    customRoles: unique([...one.customRoles, ...two.customRoles], ({ name }) => name),
    budgets: unique([...one.budgets, ...two.budgets], (name) => name),
    cacheRules: unique([...one.cacheRules, ...two.cacheRules], ({ name }) => name),
    repositories: unique([...one.repositories, ...two.repositories], (name) => name),
  };
}
