import {
  at,
  type BicepFile,
  type Resource,
  resolve,
  stringOf,
  type Value,
} from './bicep/bicep-file.ts';
import { type KnownRole, ROLES } from './checks/role-names.ts';
import type { Infrastructure } from './infrastructure.ts';

/** One role assignment of the Bicep, as far as the text tells. */
export interface RoleAssignment {
  readonly file: string;
  readonly symbol: string;
  /** Name of the role, built in or custom; undefined: it can't be told. */
  readonly role: string | undefined;
  readonly known: KnownRole | undefined;
  /** Type of what it is given on; a resource group where the Bicep says nothing. */
  readonly scope: string;
  readonly principal: string | undefined;
  readonly principalType: string | undefined;
  readonly why: string | undefined;
  /** With the variables that they are made of put in; what `named` stands for can't be told. */
  readonly conditions: Conditions | undefined;
  readonly conditionVersion: string | undefined;
  readonly name: string;
  /** How the role's id is written. */
  readonly roleId: string;
}

/** The condition where all repositories may be patched, and where those that are named may. */
export interface Conditions {
  readonly whenAll: string;
  readonly whenNamed: string;
}

export function roleAssignments(infra: Infrastructure): readonly RoleAssignment[] {
  return infra.files.flatMap((file) =>
    file.resources
      .filter(({ type }) => type === 'Microsoft.Authorization/roleAssignments')
      .map((resource) => readAssignment(file, resource)),
  );
}

function readAssignment(file: BicepFile, resource: Resource): RoleAssignment {
  const { properties } = resource;
  const property = (name: string) => at(properties, 'properties', name);
  const definition = property('roleDefinitionId');
  const given = definition?.kind === 'call' ? definition.arguments[1] : undefined;
  const builtIn = stringOf(file, given);
  const known = builtIn === undefined ? undefined : ROLES[builtIn];
  const condition = property('condition');
  return {
    file: file.path,
    symbol: resource.symbol,
    role: isCustom(file, given) ? customName(file) : known?.name,
    known,
    scope: scopeOf(file, properties.get('scope')),
    principal: property('principalId')?.text,
    principalType: stringOf(file, property('principalType')),
    why: stringOf(file, property('description')),
    conditions: condition && {
      whenAll: interpolate(file, 'whenTrue', condition.text),
      whenNamed: interpolate(file, 'whenFalse', condition.text),
    },
    conditionVersion: stringOf(file, property('conditionVersion')),
    name: oneLine(properties.get('name')),
    roleId: oneLine(given),
  };
}

function oneLine(value: Value | undefined): string {
  return (value?.text ?? '').replaceAll(/\s+/g, ' ');
}

/** A custom role's name is made by `guid()`; where there is a choice, it is the first of the two. */
function isCustom(file: BicepFile, given: Value | undefined): boolean {
  const first = resolve(file, given?.kind === 'choice' ? given.whenTrue : given);
  return first?.kind === 'call' && first.name === 'guid';
}

/** Puts the variables that are strings into an interpolated string, and theirs; of a choice, one side. */
function interpolate(file: BicepFile, side: 'whenTrue' | 'whenFalse', written: string): string {
  const text = written.startsWith("'") ? written.slice(1, -1).replaceAll("\\'", "'") : written;
  const expanded = text.replaceAll(/\$\{(\w+)\}/g, (placeholder, name: string) => {
    const found = file.variables.get(name);
    const value = found?.kind === 'choice' ? found[side] : found;
    if (value?.kind === 'name') return `\${${value.text}}`;
    return value?.text.startsWith("'") ? interpolate(file, side, value.text) : placeholder;
  });
  return expanded === text ? text : interpolate(file, side, expanded);
}

/** `Patchwright Container Groups (…)` without what makes it unique. */
function customName(file: BicepFile): string | undefined {
  const definition = file.resources.find(({ type }) => type.endsWith('/roleDefinitions'));
  const name = definition && at(definition.properties, 'properties', 'roleName');
  return name?.text.slice(1).replace(/ \(\$\{.*$/, '');
}

function scopeOf(file: BicepFile, scope: Value | undefined): string {
  if (scope === undefined) return 'Microsoft.Resources/resourceGroups';
  const symbol = scope.text.split('::').at(-1);
  return file.resources.find((one) => one.symbol === symbol)?.type ?? scope.text;
}
