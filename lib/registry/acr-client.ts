import { ContainerRegistryClient } from '@azure/container-registry';
import {
  createHttpHeaders,
  isRestError,
  type PipelineRequest,
  type PipelineResponse,
} from '@azure/core-rest-pipeline';
import { discardBody, readBody } from '../http/read-body.ts';
import { parseBoundedJson } from '../json/bounded-json.ts';
import { RegistryError } from './registry.ts';
import { registryFailure } from './registry-errors.ts';
import type { RegistryHttp } from './registry-http.ts';
import type { TokenNeed } from './registry-scopes.ts';

/** A page has at most 1,000 items, each with some 300 bytes and two objects. */
const LIMITS = {
  maxBytes: 8 * 1024 * 1024,
  maxDepth: 20,
  maxContainers: 100_000,
  maxValues: 500_000,
};

/** One operation of the client, which sends one request. */
export interface AcrOperation {
  /** Names the operation in error texts, for example `list the tags of team/api`. */
  readonly operation: string;
  readonly scopes: readonly TokenNeed[];
  /** The status of success. Every other one except 404 becomes an error. */
  readonly success: 200 | 202;
}

/**
 * Runs one operation of `@azure/container-registry`; undefined if ACR answers 404. The client builds
 * requests and parses responses. RegistryHttp sends them, so that tokens, retries and error codes are
 * the same for every request to the registry.
 * @throws RegistryError
 */
export async function askAcr<Answer>(
  registry: RegistryHttp,
  purpose: AcrOperation,
  ask: (client: ContainerRegistryClient) => Promise<Answer>,
): Promise<Answer | undefined> {
  try {
    return await ask(clientFor(registry, purpose));
  } catch (error) {
    if (!isRestError(error)) throw registryFailure(purpose.operation, error);
    if (error.statusCode === 404) return undefined;
    throw undocumented(purpose);
  }
}

function clientFor(registry: RegistryHttp, purpose: AcrOperation): ContainerRegistryClient {
  let sent = 0;
  return new ContainerRegistryClient(`https://${registry.host}`, {
    retryOptions: { maxRetries: 0 },
    httpClient: {
      sendRequest: async (request) => {
        sent += 1;
        // The client itself follows the link of a page without items, possibly forever.
        if (sent > 1) throw undocumented(purpose);
        return carry(registry, purpose, request);
      },
    },
  });
}

/** Prepares the response for the client's parser: JSON within limits, or no body. */
async function carry(
  registry: RegistryHttp,
  purpose: AcrOperation,
  request: PipelineRequest,
): Promise<PipelineResponse> {
  const { operation, scopes, success } = purpose;
  const { method, url } = request;
  const headers = { accept: 'application/json' };
  const expect = [success, 404];
  const response = await registry.send({ operation, method, path: url, headers, scopes, expect });
  const { status } = response;
  if (status !== 200) {
    discardBody(response);
    return { request, status, headers: createHttpHeaders() };
  }
  const bytes = await readBody(response, LIMITS.maxBytes);
  if (!parseBoundedJson(bytes, LIMITS).ok) throw undocumented(purpose);
  const link = response.headers.get('link');
  return {
    request,
    status,
    headers: createHttpHeaders({
      'content-type': 'application/json',
      ...(link !== undefined && { link }),
    }),
    bodyAsText: Buffer.from(bytes).toString('utf8'),
  };
}

function undocumented({ operation }: AcrOperation): RegistryError {
  return new RegistryError('unexpected', `${operation}: the response is not in ACR's format`);
}
