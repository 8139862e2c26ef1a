import { type Deployment, ofType, type Resource, textAt, valueAt } from './bicep/deployment.ts';
import { type KnownRole, ROLES } from './checks/role-names.ts';

const DEFINITIONS = 'Microsoft.Authorization/roleDefinitions';
/** The id contains the scope: a resource or a resource group. */
const ON_RESOURCE = /^\[extensionResourceId\('([^']+)'/;
const ON_GROUP = /^\[resourceId\('([^']+)', '([^']+)', 'Microsoft\.Authorization\/roleAssignments'/;

/** The principal of the identity that can only pull. */
const OF_PULL = /userAssignedIdentities\/[^']+-pull'/;

/** One role assignment of a deployment. */
export interface RoleAssignment {
  /** The role's name, without a custom role's unique part. Undefined if the role is unknown. */
  readonly role: string | undefined;
  /** The role's name, and the identity if it is not the app's own. */
  readonly given: string;
  readonly identity: 'the app' | 'the pull identity';
  readonly known: KnownRole | undefined;
  /** Type of the scope. */
  readonly scope: string;
  readonly principal: string;
  readonly principalType: string;
  readonly why: string;
  /** The value that Azure gets. */
  readonly condition: string | undefined;
  readonly conditionVersion: string;
  /** The expression of the assignment's name. */
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
  const role = known?.name ?? customName(deployment, roleId);
  const identity = OF_PULL.test(text('principalId')) ? 'the pull identity' : 'the app';
  return {
    role,
    given: identity === 'the app' ? (role ?? roleId) : `${role ?? roleId} of ${identity}`,
    identity,
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

/** Returns `Patchwright Container Groups (…)` without the unique part. */
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
