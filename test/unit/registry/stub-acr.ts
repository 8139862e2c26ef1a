import { createHttp } from '../../../lib/http/http.ts';
import { RegistryHost } from '../../../lib/image/reference.ts';
import { AcrRegistry } from '../../../lib/registry/acr-registry.ts';
import { RegistryTokens } from '../../../lib/registry/registry-tokens.ts';
import { AcrRepositoryListing } from '../../../lib/registry/repository-listing.ts';
import { ManualClock } from '../../fakes/manual-clock.ts';
import {
  type SentRequest,
  type StubAnswer,
  StubDelays,
  StubHttpClient,
} from '../http/stub-http-client.ts';

export const HOST = RegistryHost.parse('registry.example.com');
export const ENTRA_TOKEN = 'entra-secret';
const DAY_SECONDS = 24 * 3600;

/** Returns an unsigned JWT with this `exp`. */
function jwt(expiresAt: Date, id: string): string {
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${encode({ alg: 'none' })}.${encode({ exp: expiresAt.getTime() / 1000, id })}.signature`;
}

export interface StubAcrOptions {
  /** Lifetimes of the tokens that the stub issues, in seconds. */
  readonly refreshSeconds?: number;
  readonly accessSeconds?: number;
  /** Replaces the stub's own answer to a token request if it returns one. */
  readonly tokens?: (request: SentRequest, nth: number) => StubAnswer | Error | undefined;
}

/** Creates the adapter on a stub that answers token requests itself and all others by `answer`. */
export function stubAcr(
  answer: (request: SentRequest, nth: number) => StubAnswer | Error = () => ({ status: 404 }),
  stubOptions: StubAcrOptions = {},
) {
  const clock = new ManualClock('2026-11-23T02:00:00Z');
  const counts = { exchange: 0, token: 0, other: 0 };
  const expiry = (seconds: number) => new Date(clock.now().getTime() + seconds * 1000);
  const client = new StubHttpClient((request) => {
    if (request.url.pathname === '/oauth2/exchange') {
      counts.exchange += 1;
      const token = jwt(expiry(stubOptions.refreshSeconds ?? DAY_SECONDS), `r${counts.exchange}`);
      const own = { status: 200, body: JSON.stringify({ refresh_token: token }) };
      return stubOptions.tokens?.(request, counts.exchange) ?? own;
    }
    if (request.url.pathname === '/oauth2/token') {
      counts.token += 1;
      const token = jwt(expiry(stubOptions.accessSeconds ?? DAY_SECONDS), `a${counts.token}`);
      const own = { status: 200, body: JSON.stringify({ access_token: token }) };
      return stubOptions.tokens?.(request, counts.token) ?? own;
    }
    counts.other += 1;
    return answer(request, counts.other);
  });
  const http = createHttp({ clock, delays: new StubDelays(), httpClient: client });
  const entraScopes: string[] = [];
  const credential = {
    getToken: async (scope: string | string[]) => {
      entraScopes.push(String(scope));
      return { token: ENTRA_TOKEN, expiresOnTimestamp: expiry(DAY_SECONDS).getTime() };
    },
  };
  const tokens = new RegistryTokens({ host: HOST, credential, http, clock });
  const options = { host: HOST, tokens, http, clock };
  const registry = new AcrRegistry(options);
  return {
    clock,
    registry,
    repositories: new AcrRepositoryListing(options),
    tokens,
    entraScopes,
    counts,
    /** Returns all requests except those for tokens. */
    requests: () => client.sent.filter(({ url }) => !url.pathname.startsWith('/oauth2/')),
    tokenRequests: () => client.sent.filter(({ url }) => url.pathname.startsWith('/oauth2/')),
  };
}
