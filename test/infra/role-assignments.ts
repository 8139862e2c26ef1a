import { type Deployment, ofType, type Resource, textAt, valueAt } from './bicep/deployment.ts';
import { type KnownRole, ROLES } from './checks/role-names.ts';

const DEFINITIONS = 'Microsoft.Authorization/roleDefinitions';
/** A role is given on a resource, or on a resource group; the scope is written into the id. */
const ON_RESOURCE = /^\[extensionResourceId\('([^']+)'/;
const ON_GROUP = /^\[resourceId\('([^']+)', '([^']+)', 'Microsoft\.Authorization\/roleAssignments'/;

/** One role assignment of a deployment. */
export interface RoleAssignment {
  /** Name of the role, built in or custom, without what makes a custom one unique; undefined: unknown. */
  readonly role: string | undefined;
  readonly known: KnownRole | undefined;
  /** Type of what it is given on. */
  readonly scope: string;
  readonly principal: string;
  readonly principalType: string;
  readonly why: string;
  /** As Azure gets it. */
  readonly condition: string | undefined;
  readonly conditionVersion: string;
  /** The expression of its name. */
  readonly name: string;
  readonly roleId: string;
}

export function roleAssignments(deployment: Deployment): readonly RoleAssignment[] {
  return ofType(deployment, 'Microsoft.Authorization/roleAssignments').map((resource) =>
    readAssignment(deployment, resource),
  );
}

function readAssignment(deployment: Deployment, resource: Resource): RoleAssignment {
  const text = (name: string) => textAt(resource, 'properties', name);
  const roleId = text('roleDefinitionId').split('/').at(-1) ?? '';
  const known = ROLES[roleId];
  const condition = valueAt(resource, 'properties', 'condition');
  return {
    role: known?.name ?? customName(deployment, roleId),
    known,
    scope: scopeOf(resource.id),
    principal: text('principalId'),
    principalType: text('principalType'),
    why: text('description'),
    condition: typeof condition === 'string' ? condition : undefined,
    conditionVersion: text('conditionVersion'),
    name: resource.name,
    roleId,
  };
}

/** `Patchwright Container Groups (…)` without what makes it unique. */
function customName(deployment: Deployment, id: string): string | undefined {
  const definition = ofType(deployment, DEFINITIONS).find(({ name }) => name === id);
  return definition && textAt(definition, 'properties', 'roleName').replace(/ \(.*$/, '');
}

function scopeOf(id: string): string {
  const [, resource] = ON_RESOURCE.exec(id) ?? [];
  if (resource === undefined) {
    return ON_GROUP.test(id) ? 'Microsoft.Resources/resourceGroups' : id;
  }
  const [namespace = '', ...path] = (resource.split('/providers/').at(-1) ?? '').split('/');
  return [namespace, ...path.filter((_, at) => at % 2 === 0)].join('/');
}
