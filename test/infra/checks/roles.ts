import { at, stringsOf } from '../bicep/bicep-file.ts';
import type { Fault, Infrastructure } from '../infrastructure.ts';
import { type RoleAssignment, roleAssignments } from '../role-assignments.ts';
import { reachFaults } from './abac-reach.ts';
import { ROLES } from './role-names.ts';

/** What each module must give: what the code does there. */
const NEEDED: readonly (readonly [file: string, role: string])[] = [
  ['modules/storage.bicep', 'Storage Blob Data Owner'],
  ['modules/storage.bicep', 'Storage Queue Data Contributor'],
  ['modules/storage.bicep', 'Storage Table Data Contributor'],
  ['modules/monitoring.bicep', 'Monitoring Metrics Publisher'],
  ['modules/container-groups.bicep', 'Patchwright Container Groups'],
  ['modules/network.bicep', 'Patchwright Subnet Join'],
  ['modules/registry.bicep', 'AcrPush'],
  ['modules/registry.bicep', 'AcrDelete'],
  ['modules/registry.bicep', 'Container Registry Repository Reader'],
  ['modules/registry.bicep', 'Container Registry Repository Writer'],
  ['modules/registry.bicep', 'Container Registry Repository Contributor'],
];

/** Actions of custom roles: the requests of the code, and no more. */
const CUSTOM_ACTIONS: ReadonlySet<string> = new Set([
  'Microsoft.ContainerInstance/containerGroups/read',
  'Microsoft.ContainerInstance/containerGroups/write',
  'Microsoft.ContainerInstance/containerGroups/delete',
  'Microsoft.ContainerInstance/containerGroups/containers/logs/read',
  'Microsoft.Network/virtualNetworks/subnets/read',
  'Microsoft.Network/virtualNetworks/subnets/join/action',
]);

const GUIDS = /[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}/g;

export function roleFaults(infra: Infrastructure): readonly Fault[] {
  const assignments = roleAssignments(infra);
  const has = ([file, role]: readonly [string, string]) =>
    assignments.some((one) => one.file === file && one.role === role);
  return [
    ...NEEDED.filter((needed) => !has(needed)).map(([file, role]) => `${file}: ${role} is missing`),
    ...assignments.flatMap(assignmentFaults),
    ...assignments.flatMap(reachFaults),
    ...infra.files.flatMap(({ path, text }) =>
      [...text.matchAll(GUIDS)]
        .filter(([id]) => ROLES[id] === undefined)
        .map(([id]) => `${path}: ${id} is not the id of a role that we may give`),
    ),
    ...customRoleFaults(infra),
  ];
}

function assignmentFaults(assignment: RoleAssignment): Fault[] {
  const { file, symbol, known, conditions } = assignment;
  const faults: Fault[] = [];
  const say = (what: string) => faults.push(`${file}: ${symbol} ${what}`);
  if (assignment.role === undefined) say('gives a role that can not be told');
  if (assignment.principalType !== 'ServicePrincipal') say('has no principalType ServicePrincipal');
  if (!assignment.principal?.endsWith('rincipalId'))
    say('does not name the principal of an identity');
  if ((assignment.why ?? '').length < 10) say('does not say why in its description');
  if (!assignment.name.startsWith('guid(')) say('has a name that is not made by guid()');
  // An assignment can't change its role: under one name, another role would fail the deployment.
  if (!assignment.name.endsWith(`, ${assignment.roleId})`)) say('does not name its role in guid()');
  if (assignment.scope === 'Microsoft.Resources/subscriptions') say('covers a subscription');
  for (const action of known?.constrained ?? []) {
    const test = `!(ActionMatches{'Microsoft.ContainerRegistry/registries/repositories/${action}'})`;
    if (conditions?.whenAll.includes(test) !== true) say(`has no condition on ${action}`);
  }
  if (known?.constrained !== undefined && assignment.conditionVersion !== '2.0') {
    say('has no conditionVersion 2.0');
  }
  return faults;
}

function customRoleFaults(infra: Infrastructure): Fault[] {
  return infra.files.flatMap((file) => {
    const definitions = file.resources.filter(({ type }) => type.endsWith('/roleDefinitions'));
    return definitions.flatMap(({ properties }) => {
      const permissions = at(properties, 'properties', 'permissions');
      const first = permissions?.kind === 'array' ? permissions.items[0] : undefined;
      const entries = first?.kind === 'object' ? first.entries : new Map();
      const actions = stringsOf(file, entries.get('actions'));
      return [
        ...(actions.length === 0 ? [`${file.path}: a custom role without an action`] : []),
        ...actions
          .filter((action) => !CUSTOM_ACTIONS.has(action))
          .map((action) => `${file.path}: a custom role may do ${action}`),
      ];
    });
  });
}
