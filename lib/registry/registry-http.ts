import {
  createHttpHeaders,
  createPipelineRequest,
  type HttpMethods,
  type PipelineResponse,
  type RequestBodyType,
} from '@azure/core-rest-pipeline';
import type { Clock } from '../clock.ts';
import type { Http } from '../http/http.ts';
import { discardBody } from '../http/read-body.ts';
import type { RegistryHost } from '../image/reference.ts';
import { RegistryError } from './registry.ts';
import { registryErrorOf, registryFailure } from './registry-errors.ts';
import type { RegistryScope } from './registry-scopes.ts';
import type { TokenSource } from './registry-tokens.ts';

/** To the first byte of an answer; and everything together, retries and body included. */
const ANSWER_MS = 60_000;
const WHOLE_MS = 3 * 60_000;

export interface RegistryRequest {
  /** What is being done, for error texts: `get team/api:v1`. */
  readonly operation: string;
  readonly method: HttpMethods;
  /** A path on the registry, or an address that it gave: refused where that is another host's. */
  readonly path: string;
  readonly scopes: readonly RegistryScope[];
  /** The statuses that the caller deals with; any other one becomes an error. */
  readonly expect: readonly number[];
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: RequestBodyType;
  /** True: not repeated after a failure, whose effect nobody knows, nor after a wait. */
  readonly once?: boolean;
  /** For requests that move layers. */
  readonly timeoutMs?: number;
}

export interface RegistryHttpOptions {
  readonly host: RegistryHost;
  readonly tokens: TokenSource;
  readonly http: Http;
  readonly clock: Clock;
}

/** Requests to one registry, with its tokens and its errors. Nothing is ever sent to another host. */
export class RegistryHttp {
  readonly host: RegistryHost;
  readonly #options: RegistryHttpOptions;

  constructor(options: RegistryHttpOptions) {
    this.host = options.host;
    this.#options = options;
  }

  /**
   * The answer, its body unread: the caller reads or discards it.
   * @throws RegistryError
   */
  async send(request: RegistryRequest): Promise<PipelineResponse> {
    const url = this.#resolve(request);
    const { tokens, clock } = this.#options;
    const token = await tokens.accessToken(request.scopes);
    let response = await this.#sendWith(token, url, request);
    if (response.status === 401 && typeof request.body !== 'function') {
      // Refused though it should still be good: one new token, then the answer counts.
      await tokens.refused(request.scopes, token);
      const renewed = await tokens.accessToken(request.scopes);
      if (renewed !== token) {
        discardBody(response);
        response = await this.#sendWith(renewed, url, request);
      }
    }
    if (request.expect.includes(response.status)) return response;
    throw await registryErrorOf(request.operation, response, clock);
  }

  async #sendWith(token: string, url: URL, request: RegistryRequest): Promise<PipelineResponse> {
    try {
      return await this.#options.http.send(
        createPipelineRequest({
          url: url.href,
          method: request.method,
          headers: createHttpHeaders({ ...request.headers, authorization: `Bearer ${token}` }),
          ...(request.body === undefined ? {} : { body: request.body }),
          timeout: request.timeoutMs ?? ANSWER_MS,
          abortSignal: AbortSignal.timeout(request.timeoutMs ?? WHOLE_MS),
          streamResponseStatusCodes: new Set([Number.POSITIVE_INFINITY]),
        }),
        { once: request.once ?? false },
      );
    } catch (error) {
      throw registryFailure(request.operation, error);
    }
  }

  #resolve({ path, operation }: RegistryRequest): URL {
    const base = new URL(`https://${this.host}`);
    const url = new URL(path, base);
    if (url.origin !== base.origin) {
      throw new RegistryError('unexpected', `${operation}: the registry points to another host`);
    }
    return url;
  }
}
