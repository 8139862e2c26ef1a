import type { TokenCredential } from '@azure/core-auth';
import { createHttpHeaders, createPipelineRequest } from '@azure/core-rest-pipeline';
import * as z from 'zod';
import type { Clock } from '../clock.ts';
import { failureName } from '../http/connection-failure.ts';
import type { Http } from '../http/http.ts';
import { readBody } from '../http/read-body.ts';
import type { RegistryHost } from '../image/reference.ts';
import { readJson } from '../json/read-json.ts';
import { jwtExpiry } from './jwt-expiry.ts';
import type { PullTokens } from './pull-tokens.ts';
import { RegistryError, type RegistryToken } from './registry.ts';
import { registryErrorOf, registryFailure } from './registry-errors.ts';
import { scopeStrings, type TokenNeed } from './registry-scopes.ts';
import { TokenCache } from './token-cache.ts';

/** ACR's own audience. It also works if the registry refuses tokens for ARM. */
const ENTRA_SCOPE = 'https://containerregistry.azure.net/.default';
const MAX_TOKEN_BYTES = 256 * 1024;
const TIMEOUT_MS = 30_000;
/** Begins the message of an error whose cause is the identity. */
export const NO_IDENTITY = "get a token of the app's identity";
const REFRESH_KEY = 'refresh';
/** Azure may pull this long after a group's PUT: as long as an access token of ACR is valid. */
const PULL_MARGIN_MS = 75 * 60_000;

/** Gives the tokens for requests to a registry. */
export interface TokenSource {
  /** An access token with these scopes, from the cache if it is still valid. */
  accessToken(scopes: readonly TokenNeed[]): Promise<string>;
  /** Drops a token that the registry refused from the cache. */
  refused(scopes: readonly TokenNeed[], token: string): Promise<void>;
  /** A new token with exactly these scopes. */
  mint(scopes: readonly TokenNeed[]): Promise<RegistryToken>;
}

export interface RegistryTokensOptions {
  readonly host: RegistryHost;
  readonly credential: TokenCredential;
  readonly http: Http;
  readonly clock: Clock;
}

const RefreshAnswer = z.object({ refresh_token: z.string().min(1) });
const AccessAnswer = z.object({ access_token: z.string().min(1) });

/**
 * ACR's token exchange: an Entra token is exchanged for a refresh token of the registry, and that for
 * access tokens with scopes. Source: Azure/acr, docs/AAD-OAuth.md.
 */
export class RegistryTokens implements TokenSource, PullTokens {
  readonly #options: RegistryTokensOptions;
  readonly #cache: TokenCache;

  constructor(options: RegistryTokensOptions) {
    this.#options = options;
    this.#cache = new TokenCache(options.clock);
  }

  async accessToken(scopes: readonly TokenNeed[]): Promise<string> {
    const { token } = await this.#cache.get(cacheKey(scopes), () => this.mint(scopes));
    return token;
  }

  async refused(scopes: readonly TokenNeed[], token: string): Promise<void> {
    await this.#cache.drop(cacheKey(scopes), token);
  }

  async mint(scopes: readonly TokenNeed[]): Promise<RegistryToken> {
    const { token: refresh } = await this.#refreshToken();
    try {
      return await this.#buyAccess(scopes, refresh);
    } catch (error) {
      if (!(error instanceof RegistryError) || error.code !== 'unauthorized') throw error;
      // The refresh token may have been revoked, or our clock is wrong: try once with a new one.
      await this.#cache.drop(REFRESH_KEY, refresh);
      return await this.#buyAccess(scopes, (await this.#refreshToken()).token);
    }
  }

  async refreshToken(): Promise<RegistryToken> {
    return await this.#refreshToken(PULL_MARGIN_MS);
  }

  async refusedRefresh(token: string): Promise<void> {
    await this.#cache.drop(REFRESH_KEY, token);
  }

  async #refreshToken(marginMs?: number): Promise<RegistryToken> {
    const exchange = async () => {
      const operation = 'exchange the identity for a registry token';
      const entra = await this.#entraToken();
      const form = { grant_type: 'access_token', access_token: entra };
      const answer = RefreshAnswer.safeParse(await this.#post('exchange', operation, form, []));
      return withExpiry(operation, answer.data?.refresh_token);
    };
    return await this.#cache.get(REFRESH_KEY, exchange, marginMs);
  }

  async #buyAccess(scopes: readonly TokenNeed[], refresh: string): Promise<RegistryToken> {
    const operation = 'get a scoped registry token';
    const form = { grant_type: 'refresh_token', refresh_token: refresh };
    const answer = AccessAnswer.safeParse(
      await this.#post('token', operation, form, scopeStrings(scopes)),
    );
    return withExpiry(operation, answer.data?.access_token);
  }

  async #entraToken(): Promise<string> {
    let failure = 'no token';
    try {
      const answer = await this.#options.credential.getToken(ENTRA_SCOPE);
      if (answer !== null) return answer.token;
    } catch (error) {
      failure = failureName(error);
    }
    // Retryable: the identity endpoint may not be ready, or a new role may not be in effect yet.
    throw new RegistryError('unavailable', `${NO_IDENTITY}: ${failure}`);
  }

  async #post(
    endpoint: 'exchange' | 'token',
    operation: string,
    fields: Readonly<Record<string, string>>,
    scopes: readonly string[],
  ): Promise<unknown> {
    const { host, http, clock } = this.#options;
    const form = new URLSearchParams({ ...fields, service: host });
    for (const scope of scopes) form.append('scope', scope);
    const request = createPipelineRequest({
      url: `https://${host}/oauth2/${endpoint}`,
      method: 'POST',
      headers: createHttpHeaders({
        'content-type': 'application/x-www-form-urlencoded',
        accept: 'application/json',
      }),
      body: form.toString(),
      timeout: TIMEOUT_MS,
      streamResponseStatusCodes: new Set([Number.POSITIVE_INFINITY]),
    });
    try {
      const response = await http.send(request);
      if (response.status !== 200) throw await registryErrorOf(operation, response, clock);
      const body = readJson(z.unknown(), await readBody(response, MAX_TOKEN_BYTES));
      return body.ok ? body.value : undefined;
    } catch (error) {
      throw registryFailure(operation, error);
    }
  }
}

function cacheKey(scopes: readonly TokenNeed[]): string {
  return scopeStrings(scopes).join(' ');
}

function withExpiry(operation: string, token: string | undefined): RegistryToken {
  const expiresAt = token === undefined ? undefined : jwtExpiry(token);
  if (token === undefined || expiresAt === undefined) {
    throw new RegistryError('unexpected', `${operation}: the response has no token with an expiry`);
  }
  return { token, expiresAt };
}
