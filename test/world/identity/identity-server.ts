import { randomBytes, randomUUID, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type LocalServer, startLocalServer } from '../http/local-server.ts';
import { createTokenIssuer, type TokenVerdict } from './token-issuer.ts';

/** A user-assigned identity of the app. */
export interface ManagedIdentity {
  readonly clientId: string;
  readonly objectId: string;
}

export interface IdentityServer {
  /** The variables that App Service sets in the app's environment. */
  readonly environment: {
    readonly IDENTITY_ENDPOINT: string;
    readonly IDENTITY_HEADER: string;
  };
  readonly tenantId: string;
  readonly identity: ManagedIdentity;
  /** The identity of the app that can only pull. */
  readonly pullIdentity: ManagedIdentity;
  /** For the other services: checks a token for one of these audiences. */
  verify(token: string, audience: string | readonly string[]): TokenVerdict;
  /** A token like the app's own, for tests and for people who try a client. */
  token(audience: string): string;
  close(): Promise<void>;
}

export interface IdentityServerOptions {
  /** Lifetime of tokens in seconds. Default: 24 hours, as for managed identities. */
  readonly lifetimeSeconds?: number;
  readonly now?: () => number;
}

const API_VERSION = '2019-08-01';

/**
 * The managed-identity endpoint of App Service, for the app's two identities. Its protocol: GET with
 * `api-version`, `resource`, `client_id` and the header `X-IDENTITY-HEADER`.
 * https://learn.microsoft.com/azure/app-service/overview-managed-identity#rest-endpoint-reference
 */
export async function startIdentityServer(
  options: IdentityServerOptions = {},
): Promise<IdentityServer> {
  const tenantId = randomUUID();
  const identity: ManagedIdentity = { clientId: randomUUID(), objectId: randomUUID() };
  const pullIdentity: ManagedIdentity = { clientId: randomUUID(), objectId: randomUUID() };
  const header = randomBytes(16).toString('hex').toUpperCase();
  const issuer = await createTokenIssuer({ tenantId, now: options.now ?? Date.now });
  const issue = (audience: string, of = identity) =>
    issuer.issue({
      audience,
      objectId: of.objectId,
      clientId: of.clientId,
      lifetimeSeconds: options.lifetimeSeconds ?? 24 * 3600,
    });

  function answer(request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url ?? '/', 'http://localhost');
    if (request.method !== 'GET' || url.pathname !== '/msi/token') {
      refuse(response, 404, 'there is nothing here');
      return;
    }
    if (!sameText(request.headers['x-identity-header'], header)) {
      refuse(response, 403, 'The X-IDENTITY-HEADER header is missing or wrong.');
      return;
    }
    const resource = url.searchParams.get('resource');
    if (url.searchParams.get('api-version') !== API_VERSION || !resource) {
      refuse(response, 400, `'resource' and api-version '${API_VERSION}' are required.`);
      return;
    }
    const client = url.searchParams.get('client_id');
    const asked = [identity, pullIdentity].find(({ clientId }) => clientId === client);
    if (asked === undefined) {
      const text = 'No User Assigned or Delegated Managed Identity found for specified ClientId.';
      refuse(response, 400, text);
      return;
    }
    const { token, expiresOn } = issue(resource, asked);
    send(response, 200, {
      access_token: token,
      client_id: asked.clientId,
      expires_on: String(expiresOn),
      resource,
      token_type: 'Bearer',
    });
  }

  const server: LocalServer = await startLocalServer(answer);
  return {
    environment: { IDENTITY_ENDPOINT: `${server.url}/msi/token`, IDENTITY_HEADER: header },
    tenantId,
    identity,
    pullIdentity,
    verify: (token, audience) => issuer.verify(token, audience),
    token: (audience) => issue(audience).token,
    close: () => server.close(),
  };
}

function sameText(given: string | string[] | undefined, wanted: string): boolean {
  const bytes = Buffer.from(typeof given === 'string' ? given : '');
  const expected = Buffer.from(wanted);
  return bytes.length === expected.length && timingSafeEqual(bytes, expected);
}

function refuse(response: ServerResponse, status: number, message: string): void {
  send(response, status, { statusCode: status, message });
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' });
  response.end(JSON.stringify(body));
}
