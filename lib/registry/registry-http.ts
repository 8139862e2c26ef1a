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
import type { TokenNeed } from './registry-scopes.ts';
import type { TokenSource } from './registry-tokens.ts';

/** Limit for the first byte of a response. */
const ANSWER_MS = 60_000;
/** Limit for the whole request, including retries and the body. */
const WHOLE_MS = 3 * 60_000;

export interface RegistryRequest {
  /** Names the operation in error texts, for example `get team/api:v1`. */
  readonly operation: string;
  readonly method: HttpMethods;
  /** A path, or an address that the registry returned. An address on another host is refused. */
  readonly path: string;
  readonly scopes: readonly TokenNeed[];
  /** Statuses that the caller handles. Every other status becomes an error. */
  readonly expect: readonly number[];
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: RequestBodyType;
  /** True if the request must not be retried, because a failed one may have taken effect. */
  readonly once?: boolean;
  /** Replaces both default limits, for requests that transfer layers. */
  readonly timeoutMs?: number;
}

export interface RegistryHttpOptions {
  readonly host: RegistryHost;
  readonly tokens: TokenSource;
  readonly http: Http;
  readonly clock: Clock;
}

/** Sends requests to one registry, adds tokens and maps errors. Never sends to another host. */
export class RegistryHttp {
  readonly host: RegistryHost;
  readonly #options: RegistryHttpOptions;

  constructor(options: RegistryHttpOptions) {
    this.host = options.host;
    this.#options = options;
  }

  /**
   * Returns the response with its body unread; the caller reads or discards it.
   * @throws RegistryError
   */
  async send(request: RegistryRequest): Promise<PipelineResponse> {
    const url = this.#resolve(request);
    const { tokens, clock } = this.#options;
    const token = await tokens.accessToken(request.scopes);
    let response = await this.#sendWith(token, url, request);
    if (response.status === 401 && typeof request.body !== 'function') {
      // The cached token may have been revoked: try once with a new one.
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
      throw new RegistryError(
        'unexpected',
        `${operation}: the registry gave an address on another host`,
      );
    }
    return url;
  }
}
