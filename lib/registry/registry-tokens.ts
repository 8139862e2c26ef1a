import type { TokenCredential } from '@azure/core-auth';
import { createHttpHeaders, createPipelineRequest } from '@azure/core-rest-pipeline';
import { z } from 'zod';
import type { Clock } from '../clock.ts';
import { failureName } from '../http/connection-failure.ts';
import type { Http } from '../http/http.ts';
import { readBody } from '../http/read-body.ts';
import type { RegistryHost } from '../image/reference.ts';
import { jwtExpiry } from './jwt-expiry.ts';
import { RegistryError, type RegistryToken } from './registry.ts';
import { registryErrorOf, registryFailure } from './registry-errors.ts';
import { type RegistryScope, scopeStrings } from './registry-scopes.ts';
import { TokenCache } from './token-cache.ts';

/** ACR's own audience: it works where the registry refuses tokens made for ARM. */
const ENTRA_SCOPE = 'https://containerregistry.azure.net/.default';
const MAX_TOKEN_BYTES = 256 * 1024;
const TIMEOUT_MS = 30_000;
const REFRESH_KEY = 'refresh';

/** Where the tokens for a registry's requests come from. */
export interface TokenSource {
  /** An access token that holds these scopes, kept for as long as it is good. */
  accessToken(scopes: readonly RegistryScope[]): Promise<string>;
  /** The registry refused this token: it is not handed out again. */
  refused(scopes: readonly RegistryScope[], token: string): Promise<void>;
  /** A fresh token with these scopes and no others. */
  mint(scopes: readonly RegistryScope[]): Promise<RegistryToken>;
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
 * ACR's token exchange: an Entra token buys a refresh token for the registry, which buys access tokens
 * for sets of scopes. Source: Azure/acr, docs/AAD-OAuth.md.
 */
export class RegistryTokens implements TokenSource {
  readonly #options: RegistryTokensOptions;
  readonly #cache: TokenCache;

  constructor(options: RegistryTokensOptions) {
    this.#options = options;
    this.#cache = new TokenCache(options.clock);
  }

  async accessToken(scopes: readonly RegistryScope[]): Promise<string> {
    const { token } = await this.#cache.get(cacheKey(scopes), () => this.mint(scopes));
    return token;
  }

  async refused(scopes: readonly RegistryScope[], token: string): Promise<void> {
    await this.#cache.drop(cacheKey(scopes), token);
  }

  async mint(scopes: readonly RegistryScope[]): Promise<RegistryToken> {
    const refresh = await this.#refreshToken();
    try {
      return await this.#buyAccess(scopes, refresh);
    } catch (error) {
      if (!(error instanceof RegistryError) || error.code !== 'unauthorized') throw error;
      // The refresh token ended early (revoked, or a clock that is off): one new one, then no more.
      await this.#cache.drop(REFRESH_KEY, refresh);
      return await this.#buyAccess(scopes, await this.#refreshToken());
    }
  }

  async #refreshToken(): Promise<string> {
    const { token } = await this.#cache.get(REFRESH_KEY, async () => {
      const operation = 'exchange the identity for a registry token';
      const entra = await this.#entraToken();
      const form = { grant_type: 'access_token', access_token: entra };
      const answer = RefreshAnswer.safeParse(await this.#post('exchange', operation, form, []));
      return withExpiry(operation, answer.data?.refresh_token);
    });
    return token;
  }

  async #buyAccess(scopes: readonly RegistryScope[], refresh: string): Promise<RegistryToken> {
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
    // Retryable: an identity endpoint that is not ready yet, or roles that are still spreading.
    throw new RegistryError('unavailable', `get a token of the app's identity: ${failure}`);
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
      return parseJson(await readBody(response, MAX_TOKEN_BYTES));
    } catch (error) {
      throw registryFailure(operation, error);
    }
  }
}

function cacheKey(scopes: readonly RegistryScope[]): string {
  return scopeStrings(scopes).join(' ');
}

function withExpiry(operation: string, token: string | undefined): RegistryToken {
  const expiresAt = token === undefined ? undefined : jwtExpiry(token);
  if (token === undefined || expiresAt === undefined) {
    throw new RegistryError('unexpected', `${operation}: the answer holds no token with an end`);
  }
  return { token, expiresAt };
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch {
    return undefined;
  }
}
