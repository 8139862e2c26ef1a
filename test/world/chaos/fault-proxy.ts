import {
  Agent,
  request as httpRequest,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import { request as httpsRequest, Agent as TlsAgent } from 'node:https';
import { type LocalServer, startLocalServer } from '../http/local-server.ts';
import { readBody } from '../http/request-body.ts';
import type { IssuedCertificate } from '../tls/certificates.ts';
import type { WireFault } from './chaos-plan.ts';

export interface ProxiedRequest {
  readonly method: string;
  /** Path and query. The forwarded request may have others. */
  readonly path: string;
}

/** What the proxy does with a request. */
export interface Handling {
  readonly fault?: WireFault | undefined;
  /** Replaces the request's path and query. */
  readonly path?: string;
  /** How often the request is forwarded; its sender gets the first response. Default: 1. */
  readonly times?: number;
}

const BODY_LIMIT = 64 * 1024 * 1024;
const REFUSALS = {
  throttled: { status: 429, code: 'TooManyRequests' },
  'server-error': { status: 500, code: 'InternalError' },
  unavailable: { status: 503, code: 'ServerBusy' },
} as const;
/** Headers that belong to one connection, or that the proxy sets itself. */
const OWN_HEADERS = new Set(['connection', 'keep-alive', 'transfer-encoding', 'content-length']);

/**
 * A proxy between the app and one service, on its own address. It forwards requests unchanged,
 * including the host name, so that signatures stay valid. Planned failures happen here.
 */
export async function startFaultProxy(options: {
  /** Scheme, host and port of the service. */
  readonly target: string;
  readonly certificate: IssuedCertificate | undefined;
  readonly handle: (request: ProxiedRequest) => Handling;
}): Promise<LocalServer> {
  const target = new URL(options.target);
  const tls = target.protocol === 'https:';
  const agent = tls ? new TlsAgent({ keepAlive: true }) : new Agent({ keepAlive: true });

  async function serve(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const method = incoming.method ?? 'GET';
    const path = incoming.url ?? '/';
    const handling = options.handle({ method, path });
    const { fault } = handling;
    if (fault === 'dropped-before') {
      incoming.socket.destroy();
      return;
    }
    const body = await readBody(incoming, BODY_LIMIT);
    if (fault !== undefined && fault !== 'dropped-after') {
      refuse(outgoing, fault);
      return;
    }
    const send = () => forward(incoming, body, handling.path ?? path);
    const answer = await send();
    for (let more = 1; more < (handling.times ?? 1); more += 1) await send();
    if (fault === 'dropped-after') {
      incoming.socket.destroy();
      return;
    }
    outgoing.writeHead(answer.status, answer.headers);
    outgoing.end(method === 'HEAD' ? undefined : answer.body);
  }

  function forward(incoming: IncomingMessage, body: Buffer, path: string): Promise<Answer> {
    const { method, headers } = incoming;
    const kept = Object.entries(headers).filter(([name]) => !OWN_HEADERS.has(name));
    const length = body.length > 0 || method !== 'GET' ? [['content-length', body.length]] : [];
    const send = tls ? httpsRequest : httpRequest;
    return new Promise((resolve, reject) => {
      const sent = send(
        {
          agent,
          host: target.hostname,
          port: target.port,
          method,
          path,
          headers: Object.fromEntries([...kept, ...length]),
        },
        (answer) => {
          readBody(answer, BODY_LIMIT)
            .then((bytes) => resolve(answerOf(answer, bytes, method)))
            .catch(reject);
        },
      );
      sent.once('error', reject);
      sent.end(body);
    });
  }

  const server = await startLocalServer(
    (incoming, outgoing) => {
      serve(incoming, outgoing).catch(() => incoming.socket.destroy());
    },
    options.certificate === undefined ? {} : { tls: options.certificate },
  );
  return {
    ...server,
    close: async () => {
      await server.close();
      agent.destroy();
    },
  };
}

interface Answer {
  readonly status: number;
  readonly headers: Record<string, string | string[] | undefined>;
  readonly body: Buffer;
}

function answerOf(message: IncomingMessage, body: Buffer, method = 'GET'): Answer {
  const headers = Object.fromEntries(
    Object.entries(message.headers).filter(
      ([name]) => !OWN_HEADERS.has(name) || (method === 'HEAD' && name === 'content-length'),
    ),
  );
  const status = message.statusCode ?? 502;
  const bodiless = method === 'HEAD' || status === 204 || status === 304;
  return {
    status,
    headers: bodiless ? headers : { ...headers, 'content-length': String(body.length) },
    body,
  };
}

/** An error in ARM's form; storage clients read the code from the header. */
function refuse(outgoing: ServerResponse, fault: keyof typeof REFUSALS): void {
  const { status, code } = REFUSALS[fault];
  const body = JSON.stringify({ error: { code, message: 'A planned fault.' } });
  outgoing.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    'x-ms-error-code': code,
    ...(status !== 500 && { 'retry-after': '1' }),
  });
  outgoing.end(body);
}
