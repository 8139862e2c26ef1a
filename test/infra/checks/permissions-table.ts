import type { Deployment } from '../bicep/deployment.ts';
import type { Fault } from '../infrastructure.ts';
import { type RoleAssignment, roleAssignments } from '../role-assignments.ts';

const BEGIN = '<!-- permissions: made from infra/ by npm run bicep -->';
const END = '<!-- permissions: end -->';

/** The names of the scopes in the docs. */
const SCOPES: Readonly<Record<string, string>> = {
  'Microsoft.Storage/storageAccounts': 'the storage account',
  'Microsoft.Insights/components': 'the Application Insights component',
  'Microsoft.ContainerRegistry/registries': 'the registry',
  'Microsoft.Network/virtualNetworks/subnets': 'the subnet of the container groups',
  'Microsoft.Resources/resourceGroups': 'the resource group of the container groups',
};

/** The condition of a role that is not always assigned. */
const WHEN: Readonly<Record<string, string>> = {
  'Patchwright Subnet Join': '`privateNetworking`',
  'Patchwright Container Groups': 'unless `containerGroupRole` is `builtIn`',
  'Azure Container Instances Contributor Role': '`containerGroupRole` is `builtIn`',
  AcrPush: 'a registry without ABAC',
  AcrDelete: 'a registry without ABAC',
  AcrPull: 'a registry without ABAC',
};

/** Makes the table of all role assignments: scope, condition, reason. */
export function permissionsTable(deployments: readonly Deployment[]): string {
  const rows = deployments.flatMap(roleAssignments).map((one) => `| ${cells(one).join(' | ')} |`);
  return [
    '| identity | role | on | when | why |',
    '|---|---|---|---|---|',
    ...[...new Set(rows)].sort((a, b) => (a < b ? -1 : 1)),
  ].join('\n');
}

function cells({ role = '?', identity, scope, why, condition }: RoleAssignment): readonly string[] {
  const when = condition === undefined ? WHEN[role] : 'a registry with ABAC, by condition';
  const reason = why.replace(/^Patchwright [\w-]+: /, '').replaceAll('|', '\\|');
  return [identity, role, SCOPES[scope] ?? scope, when ?? 'always', reason];
}

/** Returns the docs' text with the new table. Throws if the marks are missing. */
export function withPermissionsTable(docs: string, table: string): string {
  const begin = docs.indexOf(BEGIN);
  const end = docs.indexOf(END);
  if (begin < 0 || end < begin)
    throw new Error('docs/security.md lacks the marks of the permissions table');
  return `${docs.slice(0, begin + BEGIN.length)}\n${table}\n${docs.slice(end)}`;
}

export function permissionsFaults(
  deployments: readonly Deployment[],
  docs: string,
): readonly Fault[] {
  return withPermissionsTable(docs, permissionsTable(deployments)) === docs
    ? []
    : ['docs/security.md: the permissions are not those of the Bicep; run npm run bicep'];
}
