import { type Deployment, ofType, textAt, valueAt } from '../bicep/deployment.ts';
import type { Fault } from '../infrastructure.ts';
import { type RoleAssignment, roleAssignments } from '../role-assignments.ts';
import { reachFaults } from './abac-reach.ts';

/** The actions that custom roles may have: exactly the requests of the code. */
const CUSTOM_ACTIONS: ReadonlySet<string> = new Set([
  'Microsoft.ContainerInstance/containerGroups/read',
  'Microsoft.ContainerInstance/containerGroups/write',
  'Microsoft.ContainerInstance/containerGroups/delete',
  'Microsoft.ContainerInstance/containerGroups/containers/logs/read',
  'Microsoft.Network/virtualNetworks/subnets/read',
  'Microsoft.Network/virtualNetworks/subnets/join/action',
]);

/** Scopes that two installations may share, so an assignment's description must name its installation. */
const SHARED_SCOPES: ReadonlySet<string> = new Set([
  'Microsoft.ContainerRegistry/registries',
  'Microsoft.Resources/resourceGroups',
]);

/** Checks the role assignments and custom roles of one deployment. */
export function roleFaults(deployment: Deployment): readonly Fault[] {
  const assignments = roleAssignments(deployment);
  const all = assignments.map(({ given }) => given);
  const needed = neededRoles(deployment);
  return [
    ...needed.filter((role) => !all.includes(role)).map((role) => `${role} is missing`),
    ...assignments.flatMap(({ role, given, roleId }) => {
      if (role === undefined) return [`${roleId} is not the id of an allowed role`];
      return needed.includes(given) ? [] : [`${given} is assigned, and nothing needs it`];
    }),
    ...assignments.flatMap((assignment) => assignmentFaults(assignment, deployment)),
    ...assignments.flatMap((assignment) => reachFaults(assignment, deployment)),
    ...customRoleFaults(deployment),
  ];
}

/** The roles that the code needs with this deployment's parameters. */
function neededRoles({ parameters }: Deployment): readonly string[] {
  const abac = parameters.registryPermissionMode === 'AbacRepositoryPermissions';
  return [
    'Storage Blob Data Owner',
    'Storage Queue Data Contributor',
    'Storage Table Data Contributor',
    'Monitoring Metrics Publisher',
    parameters.containerGroupRole === 'builtIn'
      ? 'Azure Container Instances Contributor Role'
      : 'Patchwright Container Groups',
    ...(parameters.privateNetworking === true ? ['Patchwright Subnet Join'] : []),
    ...(abac
      ? ['Reader', 'Writer', 'Contributor'].map((kind) => `Container Registry Repository ${kind}`)
      : ['AcrPush', 'AcrDelete']),
    `${abac ? 'Container Registry Repository Reader' : 'AcrPull'} of the pull identity`,
  ];
}

function assignmentFaults(assignment: RoleAssignment, { resources }: Deployment): Fault[] {
  const { known, condition, principal, scope, why } = assignment;
  const faults: Fault[] = [];
  const say = (what: string) => faults.push(`${assignment.role ?? assignment.roleId} ${what}`);
  if (assignment.principalType !== 'ServicePrincipal') say('has no principalType ServicePrincipal');
  if (!/userAssignedIdentities\/[^']+', '[^']+'\)\.principalId\]$/.test(principal)) {
    say('does not name the principal of an identity');
  }
  if (why.replace(/^Patchwright [\w-]+: /, '').length < 10)
    say('does not give a reason in its description');
  const app = resources.find(({ type }) => type === 'Microsoft.Web/sites')?.name;
  if (SHARED_SCOPES.has(scope) && !why.startsWith(`Patchwright ${app}: `)) {
    say('does not name its installation in its description');
  }
  if (!assignment.name.startsWith('[guid(')) say('has a name that is not made by guid()');
  // An assignment cannot change its role: a new role under the old name would fail the deployment.
  if (!assignment.name.endsWith(`, '${assignment.roleId}')]`))
    say('does not name its role in guid()');
  for (const action of known?.constrained ?? []) {
    const test = `!(ActionMatches{'Microsoft.ContainerRegistry/registries/repositories/${action}'})`;
    if (condition?.includes(test) !== true) say(`has no condition on ${action}`);
  }
  if (known?.constrained !== undefined && assignment.conditionVersion !== '2.0') {
    say('has no conditionVersion 2.0');
  }
  return faults;
}

function customRoleFaults(deployment: Deployment): Fault[] {
  return ofType(deployment, 'Microsoft.Authorization/roleDefinitions').flatMap((definition) => {
    const name = textAt(definition, 'properties', 'roleName');
    const permissions = valueAt(definition, 'properties', 'permissions', '0');
    const actions = valueAt(permissions, 'actions');
    if (!Array.isArray(actions) || actions.length === 0) return [`${name} has no action`];
    return actions
      .filter((action) => !CUSTOM_ACTIONS.has(action))
      .map((action) => `${name}: a custom role may do ${action}`);
  });
}
