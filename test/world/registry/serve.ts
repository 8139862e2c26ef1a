import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { routeAcr } from './acr/routes.ts';
import { authorize } from './auth/authorize.ts';
import { routeTokens } from './auth/routes.ts';
import { RegistryFault } from './errors.ts';
import { faultReply, jsonReply, type RegistryRequest, type Reply } from './http.ts';
import { routeOci } from './oci/routes.ts';
import type { Operation, RegistryContext, RequestKind } from './operation.ts';
import type { RequestLog } from './request-log.ts';

/** A request for an interceptor, before it is processed. */
export interface InterceptedRequest {
  readonly kind: RequestKind;
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly repository: string | undefined;
}

/**
 * The decision of an interceptor: nothing; another response; `drop`: the connection
 * ends before processing; `drop-after`: it is processed, but the client gets no response.
 */
export type Interception =
  | {
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: string;
    }
  | 'drop'
  | 'drop-after'
  | undefined;

export type Intercept = (request: InterceptedRequest) => Interception | Promise<Interception>;

export interface Serving {
  readonly context: RegistryContext;
  readonly log: RequestLog;
  readonly intercept: () => Intercept | undefined;
}

/** Serves one request. */
export async function serve(
  serving: Serving,
  message: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const request = read(message);
  const operation = understand(serving.context, request);
  const seen = {
    kind: operation.kind,
    method: request.method,
    path: request.path,
    repository: operation.repository,
  };
  const interception = await serving.intercept()?.({ ...seen, query: request.query });
  const reply =
    interception === undefined || interception === 'drop-after'
      ? await answer(serving.context, request, operation)
      : interception;
  if (reply === 'drop' || interception === 'drop-after') {
    serving.log.add({ ...seen, status: 0 });
    response.destroy();
    return;
  }
  const gone = message.destroyed && !message.complete;
  serving.log.add({ ...seen, status: gone ? 0 : reply.status });
  await send(response, request, reply);
}

function read(message: IncomingMessage): RegistryRequest {
  const url = message.url ?? '/';
  const [path = '/', ...query] = url.split('?');
  return {
    method: message.method ?? 'GET',
    path: decode(path),
    query: new URLSearchParams(query.join('?')),
    headers: message.headers,
    body: message,
  };
}

function decode(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

/** Parses a request. An invalid one becomes an operation that answers with the error. */
function understand(context: RegistryContext, request: RegistryRequest): Operation {
  try {
    const operation =
      routeTokens(context, request) ?? routeAcr(context, request) ?? routeOci(context, request);
    return operation ?? refusal(new RegistryFault('NOT_FOUND', '404 page not found'));
  } catch (error) {
    return refusal(error);
  }
}

function refusal(error: unknown): Operation {
  return {
    kind: 'other',
    access: 'open',
    run: () => {
      throw error;
    },
  };
}

async function answer(
  context: RegistryContext,
  request: RegistryRequest,
  operation: Operation,
): Promise<Reply> {
  try {
    return await operation.run(authorize(context, request, operation));
  } catch (error) {
    if (error instanceof RegistryFault) {
      return faultReply(error);
    }
    const message = error instanceof Error ? error.message : 'unknown';
    return jsonReply({ errors: [{ code: 'UNKNOWN', message }] }, { status: 500 });
  }
}

async function send(
  response: ServerResponse,
  request: RegistryRequest,
  reply: Reply,
): Promise<void> {
  const { body = '' } = reply;
  response.writeHead(reply.status, {
    'Docker-Distribution-Api-Version': 'registry/2.0',
    'X-Ms-Correlation-Request-Id': randomUUID(),
    ...(typeof body === 'function' || reply.status === 204
      ? {}
      : { 'Content-Length': Buffer.byteLength(body) }),
    ...reply.headers,
  });
  if (request.method === 'HEAD') {
    response.end();
  } else if (typeof body === 'function') {
    await pipeline(body(), response);
  } else {
    response.end(body);
  }
}
