import { RegistryFault } from '../errors.ts';
import { jsonReply, type RegistryRequest, type Reply, readBody } from '../http.ts';
import type { Operation, RegistryContext } from '../operation.ts';
import { readBasic, type Standing, scopesOfBasic, scopesOfToken } from './basic.ts';
import { narrow, parseScopes } from './scopes.ts';

const MAX_FORM_BYTES = 256 * 1024;

/** The token endpoints of Azure/acr's AAD-OAuth.md and Token-BasicAuth.md. */
export function routeTokens(
  context: RegistryContext,
  request: RegistryRequest,
): Operation | undefined {
  switch (`${request.method} ${request.path}`) {
    case 'POST /oauth2/exchange':
      return { kind: 'token.exchange', access: 'open', run: () => exchange(context, request) };
    case 'POST /oauth2/token':
      return { kind: 'token.access', access: 'open', run: () => tokenByForm(context, request) };
    case 'GET /oauth2/token':
      return { kind: 'token.access', access: 'open', run: () => tokenByBasic(context, request) };
    default:
      return undefined;
  }
}

async function exchange(context: RegistryContext, request: RegistryRequest): Promise<Reply> {
  const form = await readForm(request);
  checkService(context, form);
  if (form.get('grant_type') !== 'access_token') {
    throw new RegistryFault('VALIDATION', 'unsupported grant_type');
  }
  const token = form.get('access_token') ?? '';
  const identity = await context.settings().verifyIdentityToken(token);
  if (identity === undefined) {
    throw unauthorized();
  }
  return jsonReply({ refresh_token: context.tokens.refresh(identity) });
}

async function tokenByForm(context: RegistryContext, request: RegistryRequest): Promise<Reply> {
  const form = await readForm(request);
  checkService(context, form);
  const standing = standingOf(context, form);
  if (standing === undefined) {
    throw unauthorized();
  }
  return jsonReply({ access_token: accessToken(context, standing, form.getAll('scope')) });
}

function standingOf(context: RegistryContext, form: URLSearchParams): Standing | undefined {
  switch (form.get('grant_type')) {
    case 'refresh_token': {
      const token = form.get('refresh_token') ?? '';
      const isRefresh = context.tokens.read(token)?.kind === 'refresh';
      return isRefresh ? scopesOfToken(context, token) : undefined;
    }
    case 'password': {
      const username = form.get('username') ?? '';
      return scopesOfBasic(context, { username, password: form.get('password') ?? '' });
    }
    default:
      throw new RegistryFault('VALIDATION', 'unsupported grant_type');
  }
}

function tokenByBasic(context: RegistryContext, request: RegistryRequest): Reply {
  checkService(context, request.query);
  const basic = readBasic(request.headers.authorization ?? '');
  const standing = basic && scopesOfBasic(context, basic);
  if (standing === undefined) {
    throw unauthorized();
  }
  const token = accessToken(context, standing, request.query.getAll('scope'));
  return jsonReply({ access_token: token, token });
}

/**
 * Issues the requested scopes as far as they are granted. Without any, the token only allows a ping.
 */
function accessToken(
  context: RegistryContext,
  standing: Standing,
  scopes: readonly string[],
): string {
  const granted = narrow(parseScopes(scopes.join(' ')), standing.scopes);
  return context.tokens.access(standing.identity, granted, { notAfter: standing.expires });
}

async function readForm(request: RegistryRequest): Promise<URLSearchParams> {
  return new URLSearchParams((await readBody(request, MAX_FORM_BYTES)).toString('utf8'));
}

function checkService(context: RegistryContext, form: URLSearchParams): void {
  if (form.get('service') !== context.host) {
    throw new RegistryFault('VALIDATION', 'service is not this registry');
  }
}

function unauthorized(): RegistryFault {
  return new RegistryFault(
    'UNAUTHORIZED',
    'authentication required, visit https://aka.ms/acr/authorization for more information.',
  );
}
