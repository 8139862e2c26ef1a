import { RegistryFault } from '../errors.ts';

/** A right on a resource, for example `repository:team/api:pull,push`. */
export interface Scope {
  readonly type: string;
  readonly name: string;
  readonly actions: readonly string[];
}

/** Scopes separated by spaces, as in a form's `scope`. @throws RegistryFault `VALIDATION`. */
export function parseScopes(text: string): Scope[] {
  return text.split(' ').filter(Boolean).map(parseScope);
}

/** Grammar: the distribution project's "Token Scope Documentation". */
function parseScope(text: string): Scope {
  const match = /^([a-z]+):(.+):([a-z_,*]*)$/.exec(text);
  if (match === null) {
    throw new RegistryFault('VALIDATION', `"${text}" is not a scope`);
  }
  const [, type = '', name = '', actions = ''] = match;
  return { type, name, actions: actions.split(',').filter(Boolean) };
}

export function formatScope(scope: Scope): string {
  return `${scope.type}:${scope.name}:${scope.actions.join(',')}`;
}

/** True if every action of the needed scope is granted. */
export function allows(granted: readonly Scope[], needed: Scope): boolean {
  return needed.actions.every((action) => actionsOn(granted, needed).includes(action));
}

/**
 * The granted part of the requested scopes. A scope without granted actions is dropped, which
 * is not an error.
 */
export function narrow(requested: readonly Scope[], granted: readonly Scope[]): Scope[] {
  return requested.flatMap((scope) => {
    const allowed = actionsOn(granted, scope);
    const actions = scope.actions.includes('*')
      ? allowed
      : scope.actions.filter((action) => allowed.includes(action));
    return actions.length === 0 ? [] : [{ ...scope, actions: [...new Set(actions)] }];
  });
}

function actionsOn(granted: readonly Scope[], scope: Scope): string[] {
  const found = granted
    .filter((grant) => grant.type === scope.type && covers(grant.name, scope.name))
    .flatMap((grant) => grant.actions);
  return found.includes('*') ? [...new Set([...found, ...scope.actions])] : found;
}

/** A grant's name is a repository, `*` for all of them, or a prefix such as `team/*`. */
function covers(pattern: string, name: string): boolean {
  if (pattern === '*') {
    return true;
  }
  return pattern.endsWith('/*') ? name.startsWith(pattern.slice(0, -1)) : pattern === name;
}
