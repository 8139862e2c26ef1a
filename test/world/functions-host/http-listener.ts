import { timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type LocalServer, startLocalServer } from '../http/local-server.ts';
import { readBody } from '../http/request-body.ts';
import type { HttpFunction } from './bindings.ts';
import { compileRoute, type HttpRoute } from './http-route.ts';
import type {
  HttpData,
  Identity,
  InvocationRequest,
  InvocationResponse,
  NullableText,
} from './messages.ts';

export interface HttpListenerOptions {
  readonly routePrefix: string;
  readonly port: number;
  /** The functions that are there now; they change when the app starts again. */
  readonly functions: () => readonly HttpFunction[];
  /** Who App Service's authentication found; undefined if it is off. */
  readonly principal: object | undefined;
  readonly keys: { readonly master: string; readonly function: string };
  readonly invoke: (
    httpFunction: HttpFunction,
    request: InvocationRequest,
  ) => Promise<InvocationResponse>;
  /** `POST /admin/functions/NAME`: false where no such function can be invoked so. */
  readonly trigger: (name: string, input: string) => boolean;
}

const BODY_LIMIT = 100 * 1024 * 1024;

/** Serves the HTTP functions by their routes, methods and authorization levels. */
export function startHttpListener(options: HttpListenerOptions): Promise<LocalServer> {
  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://localhost');
    const admin = /^\/admin\/functions\/([^/]+)$/.exec(url.pathname)?.[1];
    if (admin !== undefined) {
      await handleAdmin(request, response, admin);
      return;
    }
    const found = findFunction(options, request.method ?? 'GET', url.pathname);
    if (found === undefined) {
      response.writeHead(404).end();
      return;
    }
    if (!authorized(found.httpFunction.authLevel, keyOf(request, url), options.keys)) {
      response.writeHead(401).end();
      return;
    }
    const data = {
      ...(await httpData(request, url, found.params, options.principal)),
      identities: identitiesOf(keyOf(request, url), options.keys),
    };
    const { input } = found.httpFunction;
    const answer = await options.invoke(found.httpFunction, {
      inputData: [{ name: input, data: { http: data } }],
    });
    sendAnswer(response, answer);
  }

  async function handleAdmin(
    request: IncomingMessage,
    response: ServerResponse,
    name: string,
  ): Promise<void> {
    response.writeHead(await adminStatus(request, name)).end();
  }

  async function adminStatus(request: IncomingMessage, name: string): Promise<number> {
    const key = keyOf(request, new URL(request.url ?? '/', 'http://localhost'));
    if (!authorized('admin', key, options.keys)) {
      return authorized('function', key, options.keys) ? 403 : 401;
    }
    const body = (await readBody(request, BODY_LIMIT)).toString('utf8');
    if (!/^application\/json\b/i.test(request.headers['content-type'] ?? '')) return 415;
    const input = adminInput(body);
    if (request.method !== 'POST' || input === undefined) return 400;
    return options.trigger(decodeURIComponent(name), input) ? 202 : 404;
  }

  return startLocalServer(
    (request, response) => {
      handle(request, response).catch(() => {
        if (response.headersSent) {
          response.destroy();
        } else {
          response.writeHead(500).end();
        }
      });
    },
    { port: options.port },
  );
}

/** The body must be JSON with the text `input`; a null body is a 400, as with the host. */
function adminInput(body: string): string | undefined {
  try {
    const parsed: unknown = JSON.parse(body);
    if (typeof parsed !== 'object' || parsed === null) {
      return undefined;
    }
    const input = 'input' in parsed ? parsed.input : '';
    return typeof input === 'string' ? input : JSON.stringify(input);
  } catch {
    return undefined;
  }
}

function findFunction(
  options: HttpListenerOptions,
  method: string,
  path: string,
): { readonly httpFunction: HttpFunction; readonly params: Record<string, string> } | undefined {
  const matches: {
    httpFunction: HttpFunction;
    params: Record<string, string>;
    route: HttpRoute;
  }[] = [];
  for (const httpFunction of options.functions()) {
    const template = [options.routePrefix, httpFunction.route].filter((part) => part !== '');
    const route = compileRoute(template.join('/'));
    const params = route.match(path.replace(/^\/|\/$/g, ''));
    if (params !== undefined && httpFunction.methods.includes(method)) {
      matches.push({ httpFunction, params: { ...params }, route });
    }
  }
  return matches.sort((one, other) => other.route.literals - one.route.literals)[0];
}

function keyOf(request: IncomingMessage, url: URL): string {
  const header = request.headers['x-functions-key'];
  return typeof header === 'string' ? header : (url.searchParams.get('code') ?? '');
}

function authorized(
  level: HttpFunction['authLevel'],
  key: string,
  keys: HttpListenerOptions['keys'],
): boolean {
  switch (level) {
    case 'anonymous':
      return true;
    case 'function':
      return same(key, keys.function) || same(key, keys.master);
    case 'admin':
      return same(key, keys.master);
  }
}

/** The host tells who was authorized by claims, as observed on the real host. */
function identitiesOf(key: string, keys: HttpListenerOptions['keys']): readonly Identity[] {
  const claims = 'http://schemas.microsoft.com/2017/07/functions/claims';
  const identity = (level: string, name: string): Identity => ({
    authenticationType: { value: 'WebJobsAuthLevel' },
    claims: [
      { type: `${claims}/authlevel`, value: level },
      { type: `${claims}/keyid`, value: name },
    ],
  });
  if (same(key, keys.master)) return [identity('Admin', 'master')];
  return same(key, keys.function) ? [identity('Function', 'default')] : [];
}

function same(given: string, wanted: string): boolean {
  const [one, other] = [Buffer.from(given), Buffer.from(wanted)];
  return one.length === other.length && timingSafeEqual(one, other);
}

async function httpData(
  request: IncomingMessage,
  url: URL,
  params: Readonly<Record<string, string>>,
  principal: object | undefined,
): Promise<HttpData> {
  const body = await readBody(request, BODY_LIMIT);
  const headers = Object.entries({ ...request.headers, ...principalHeader(principal) }).map(
    ([name, value]) => [name, String(value ?? '')] as const,
  );
  return {
    method: request.method ?? 'GET',
    url: new URL(url.pathname + url.search, `http://${request.headers.host ?? 'localhost'}`).href,
    nullableHeaders: nullable(headers),
    nullableParams: nullable(Object.entries(params)),
    nullableQuery: nullable(
      [...new Set(url.searchParams.keys())].map((name) => [
        name,
        url.searchParams.getAll(name).join(','),
      ]),
    ),
    ...(body.length > 0 && { body: { bytes: body } }),
  };
}

/** App Service sets this header itself, and lets nobody else set it. */
function principalHeader(principal: object | undefined): Readonly<Record<string, string>> {
  if (principal === undefined) return {};
  const json = JSON.stringify(principal);
  return { 'x-ms-client-principal': Buffer.from(json).toString('base64') };
}

function nullable(
  entries: readonly (readonly [string, string])[],
): Readonly<Record<string, NullableText>> {
  return Object.fromEntries(entries.map(([name, value]) => [name, { value }]));
}

function sendAnswer(response: ServerResponse, answer: InvocationResponse): void {
  const http = answer.returnValue?.http;
  if (http === undefined) {
    response.writeHead(204).end();
    return;
  }
  const body = http.body;
  const bytes = body?.bytes ?? Buffer.from(body?.string ?? body?.json ?? '');
  const cookies = (http.cookies ?? []).map(
    ({ name, value, path }) =>
      `${name}=${value}${path === undefined ? '' : `; path=${path.value}`}`,
  );
  response.writeHead(Number(http.statusCode ?? '200'), {
    ...http.headers,
    ...(cookies.length > 0 && { 'set-cookie': cookies }),
  });
  response.end(bytes);
}
