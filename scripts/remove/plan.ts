import type { Installation } from './installation.ts';
import { isOurs, otherInstallations, ownerOf, TAG } from './ownership.ts';
import type { Resource, Seen, SeenGroup } from './read-azure.ts';
import { ACTION_GROUPS, DNS_ZONES, isOfType, SMART_DETECTOR_RULES } from './resource-types.ts';

export interface Step {
  /** Text for the user. */
  readonly what: string;
  /** Arguments of az. */
  readonly args: readonly string[];
}

export interface Plan {
  /** In this order: a resource is deleted before the resources that it depends on. */
  readonly steps: readonly Step[];
  /** One line for each thing that is kept, with the reason. */
  readonly left: readonly string[];
}

/** The order of deletion. Types that are not listed come last. */
const ORDER = [
  'Microsoft.ContainerInstance/containerGroups',
  'Microsoft.Web/sites',
  'Microsoft.Web/serverfarms',
  'Microsoft.Insights/scheduledQueryRules',
  SMART_DETECTOR_RULES,
  ACTION_GROUPS,
  'Microsoft.Network/privateEndpoints',
  'Microsoft.Network/privateDnsZones/virtualNetworkLinks',
  DNS_ZONES,
  'Microsoft.Network/virtualNetworks',
  'Microsoft.Network/networkSecurityGroups',
  'Microsoft.Network/natGateways',
  'Microsoft.Network/publicIPAddresses',
  'Microsoft.Insights/components',
  'Microsoft.OperationalInsights/workspaces',
  'Microsoft.Storage/storageAccounts',
  'Microsoft.ManagedIdentity/userAssignedIdentities',
];

/** Plans the removal of one installation. */
export function planRemoval(installation: Installation, seen: Seen): Plan {
  const parts = [
    stopApp(installation, seen),
    removeAssignments(installation, seen),
    removeBudget(installation, seen),
    removeFromRegistry(installation, seen),
    removeGroup(installation, seen.jobsGroup),
    removeGroup(installation, seen.group),
    removeCustomRoles(installation, seen),
  ];
  return {
    steps: parts.flatMap(({ steps }) => steps),
    left: parts.flatMap(({ left }) => left),
  };
}

function planOf(steps: readonly Step[], left: readonly string[] = []): Plan {
  return { steps, left };
}

/** A running app could start container groups during the removal. */
function stopApp({ app, group }: Installation, seen: Seen): Plan {
  const isThere = seen.group?.resources.some(({ name }) => name === app) === true;
  const args = ['functionapp', 'stop', '--name', app, '--resource-group', group];
  return planOf(isThere ? [{ what: `stop the app ${app}`, args }] : []);
}

function removeAssignments(installation: Installation, seen: Seen): Plan {
  const named = seen.registry.assignments.filter((one) => isOurs(installation, one));
  const ids = new Set([...named, ...seen.assignments].map(({ id }) => id));
  return planOf(
    [...ids].map((id) => ({
      what: `delete role assignment ${id}`,
      args: ['role', 'assignment', 'delete', '--ids', id],
    })),
  );
}

function removeBudget({ app }: Installation, { budgets }: Seen): Plan {
  const args = ['consumption', 'budget', 'delete', '--budget-name', app];
  return planOf(budgets.includes(app) ? [{ what: `delete budget ${app}`, args }] : []);
}

/** All installations on a registry share cache rules and repositories: the last one removes them. */
function removeFromRegistry(installation: Installation, { registry }: Seen): Plan {
  const name = installation.registry;
  const rules = registry.cacheRules.filter(
    (rule) =>
      rule.name.startsWith('patchwright-') && rule.targetRepository.startsWith('patchwright/'),
  );
  const repositories = registry.repositories.filter((one) => one.startsWith('patchwright/'));
  const others = otherInstallations(installation, registry.assignments);
  if (others.length > 0 && rules.length + repositories.length > 0) {
    const users = others.join(', ');
    const marks = registry.marks.filter((mark) => mark.endsWith(`:${installation.app}`));
    return planOf(
      marks.map((mark) => ({
        what: `delete mark ${mark} of ${name}`,
        args: ['acr', 'repository', 'delete', '--name', name, '--image', mark, '--yes'],
      })),
      [`cache rules and repositories patchwright/… of ${name}: used by ${users}`],
    );
  }
  return planOf([
    ...rules.map((rule) => ({
      what: `delete cache rule ${rule.name} of ${name}`,
      args: ['acr', 'cache', 'delete', '--registry', name, '--name', rule.name, '--yes'],
    })),
    ...repositories.map((repository) => ({
      what: `delete repository ${repository} of ${name}`,
      args: ['acr', 'repository', 'delete', '--name', name, '--repository', repository, '--yes'],
    })),
  ]);
}

/** Deletes the whole group if the template made it and all of it is ours, else only our resources. */
function removeGroup(installation: Installation, group: SeenGroup | undefined): Plan {
  if (group === undefined) return planOf([]);
  const foreign = group.resources.filter(
    (resource) => ownerOf(installation, group, resource) === 'foreign',
  );
  const isMade = group.tags?.[TAG] === installation.app;
  const others = otherInstallations(installation, group.assignments);
  if (isMade && foreign.length === 0 && others.length === 0) {
    const args = ['group', 'delete', '--name', group.name, '--yes'];
    return planOf([{ what: `delete resource group ${group.name} and everything in it`, args }]);
  }
  const ours = group.resources
    .filter((resource) => ownerOf(installation, group, resource) === 'ours')
    .filter((resource) => !isSharedZone(resource, foreign));
  const rank = (resource: Resource) => {
    const at = ORDER.findIndex((type) => isOfType(resource, type));
    return at < 0 ? ORDER.length : at;
  };
  return planOf(
    ours
      .toSorted((a, b) => rank(a) - rank(b))
      .map(({ id, type, name }) => ({
        what: `delete ${type} ${name} of ${group.name}`,
        args: ['resource', 'delete', '--ids', id],
      })),
    [
      `resource group ${group.name}: ${isMade ? 'it contains resources of others' : 'the template did not make it'}`,
      ...foreign.map(({ type, name }) => `${type} ${name} of ${group.name}: not ours`),
      ...group.resources
        .filter((one) => ownerOf(installation, group, one) === 'ours' && isSharedZone(one, foreign))
        .map(
          ({ type, name }) => `${type} ${name} of ${group.name}: another network is linked to it`,
        ),
    ],
  );
}

/** True for a DNS zone that is linked to a network of others. */
function isSharedZone(resource: Resource, foreign: readonly Resource[]): boolean {
  const below = `${resource.id.toLowerCase()}/`;
  return (
    isOfType(resource, DNS_ZONES) && foreign.some(({ id }) => id.toLowerCase().startsWith(below))
  );
}

/** This comes last: a role cannot be deleted while it is assigned. */
function removeCustomRoles({ app }: Installation, seen: Seen): Plan {
  const roles = [seen.group, seen.jobsGroup].flatMap((group) => group?.customRoles ?? []);
  const ours = roles.filter(
    ({ roleName }) => roleName.startsWith('Patchwright ') && roleName.endsWith(`(${app})`),
  );
  const scope = `/subscriptions/${seen.subscriptionId}`;
  return planOf(
    ours.map(({ name, roleName }) => ({
      what: `delete custom role ${roleName}`,
      args: ['role', 'definition', 'delete', '--name', name, '--scope', scope],
    })),
  );
}
