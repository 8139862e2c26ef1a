import type { Fault, Infrastructure } from '../infrastructure.ts';
import { type RoleAssignment, roleAssignments } from '../role-assignments.ts';

const BEGIN = '<!-- permissions: made from infra/ by test/infra/permissions.ts -->';
const END = '<!-- permissions: end -->';

/** How a scope and a file are called in the docs. */
const SCOPES: Readonly<Record<string, string>> = {
  'Microsoft.Storage/storageAccounts': 'the storage account',
  'Microsoft.Insights/components': 'the Application Insights component',
  'Microsoft.ContainerRegistry/registries': 'the registry',
  'Microsoft.Network/virtualNetworks/subnets': 'the subnet of the container groups',
  'Microsoft.Resources/resourceGroups': 'the resource group of the container groups',
};

/** Each identity, each role, on what, when, why: one row an assignment, in the order of the files. */
export function permissionsTable(infra: Infrastructure): string {
  const rows = roleAssignments(infra).map((one) => `| ${cells(one).join(' | ')} |`);
  return [
    '| identity | role | on | when | why |',
    '|---|---|---|---|---|',
    ...rows.sort((a, b) => (a < b ? -1 : 1)),
  ].join('\n');
}

function cells(one: RoleAssignment): readonly string[] {
  return [
    'the app',
    one.role ?? '?',
    SCOPES[one.scope] ?? one.scope,
    whenOf(one),
    (one.why ?? '').replaceAll('|', '\\|'),
  ];
}

function whenOf({ file, known, role }: RoleAssignment): string {
  if (file === 'modules/network.bicep') return '`privateNetworking`';
  if (file !== 'modules/registry.bicep') return 'always';
  return known?.constrained === undefined && role !== undefined
    ? 'a registry without ABAC'
    : 'a registry with ABAC, by condition';
}

/** The docs' text with the table put in. Throws where the marks are not there. */
export function withPermissionsTable(docs: string, table: string): string {
  const begin = docs.indexOf(BEGIN);
  const end = docs.indexOf(END);
  if (begin < 0 || end < begin)
    throw new Error('docs/security.md has no place for the permissions');
  return `${docs.slice(0, begin + BEGIN.length)}\n${table}\n${docs.slice(end)}`;
}

export function permissionsFaults(infra: Infrastructure, docs: string): readonly Fault[] {
  return withPermissionsTable(docs, permissionsTable(infra)) === docs
    ? []
    : [
        'docs/security.md: the permissions are not those of the Bicep; run node test/infra/permissions.ts',
      ];
}
