import { RegistryFault } from '../errors.ts';
import type { RegistryRequest } from '../http.ts';
import type { Caller, Operation, RegistryContext } from '../operation.ts';
import { readBasic, scopesOfBasic } from './basic.ts';
import { allows, formatScope, type Scope } from './scopes.ts';

/**
 * Accepts an operation if the request's token or password covers it.
 * @throws RegistryFault `UNAUTHORIZED`, 401 with ACR's challenge: a missing scope is 401 too, so
 * that clients come back with a token for the scope that the challenge names.
 */
export function authorize(
  context: RegistryContext,
  request: RegistryRequest,
  operation: Operation,
): Caller {
  if (operation.access === 'open') {
    return { may: () => false };
  }
  const granted = grantedScopes(context, request);
  if (granted === undefined) {
    throw challenge(
      context,
      operation,
      request.headers.authorization === undefined ? undefined : 'invalid_token',
    );
  }
  if (!operation.access.every((scope) => allows(granted, scope))) {
    throw challenge(context, operation, 'insufficient_scope');
  }
  return { may: (scope) => allows(granted, scope) };
}

function grantedScopes(
  context: RegistryContext,
  request: RegistryRequest,
): readonly Scope[] | undefined {
  const header = request.headers.authorization ?? '';
  const [, token] = /^bearer (\S+)$/i.exec(header) ?? [];
  if (token !== undefined) {
    const read = context.tokens.read(token);
    return read?.kind === 'access' ? read.scopes : undefined;
  }
  const basic = readBasic(header);
  return basic === undefined ? undefined : scopesOfBasic(context, basic)?.scopes;
}

function challenge(
  context: RegistryContext,
  operation: Operation,
  error: 'invalid_token' | 'insufficient_scope' | undefined,
): RegistryFault {
  const needed = operation.access === 'open' ? [] : operation.access;
  const scopes = [...needed, ...(operation.useful ?? [])];
  const parts = [
    `Bearer realm="https://${context.host}/oauth2/token"`,
    `service="${context.host}"`,
    ...(scopes.length === 0 ? [] : [`scope="${scopes.map(formatScope).join(' ')}"`]),
    ...(error === undefined ? [] : [`error="${error}"`]),
  ];
  const detail = scopes.flatMap((scope) =>
    scope.actions.map((action) => ({ Type: scope.type, Name: scope.name, Action: action })),
  );
  return new RegistryFault(
    'UNAUTHORIZED',
    'authentication required, visit https://aka.ms/acr/authorization for more information.',
    { detail, headers: { 'WWW-Authenticate': parts.join(',') } },
  );
}
