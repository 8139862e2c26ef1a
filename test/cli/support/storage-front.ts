import {
  request as forward,
  type IncomingMessage,
  type RequestOptions,
  type ServerResponse,
} from 'node:http';
import { request as forwardSecurely } from 'node:https';
import { startLocalServer } from '../../world/http/local-server.ts';
import type { Authority } from '../../world/tls/certificates.ts';

/** Decides how storage refuses a request; undefined to pass it on. */
export type StorageRefusal = (request: {
  readonly method: string;
  readonly path: string;
}) => { readonly status: number; readonly code: string } | undefined;

/** A server in front of one storage service that may refuse requests, because Azurite has no roles. */
export interface StorageFront {
  readonly url: string;
  refuse(refusal: StorageRefusal | undefined): void;
  close(): Promise<void>;
}

export async function startStorageFront(
  target: string,
  authority: Authority,
): Promise<StorageFront> {
  const tls = await authority.issue(['localhost', '127.0.0.1']);
  const origin = new URL(target);
  let refusal: StorageRefusal | undefined;

  function answer(request: IncomingMessage, response: ServerResponse): void {
    const refused = refusal?.({ method: request.method ?? '', path: request.url ?? '' });
    if (refused !== undefined) {
      request.resume();
      response.writeHead(refused.status, { 'x-ms-error-code': refused.code });
      response.end();
      return;
    }
    const options: RequestOptions = {
      hostname: origin.hostname,
      port: origin.port,
      method: request.method,
      path: request.url,
      headers: { ...request.headers, host: origin.host },
    };
    const send = origin.protocol === 'https:' ? forwardSecurely : forward;
    const onward = send(options, (answered) => {
      response.writeHead(answered.statusCode ?? 502, answered.headers);
      answered.pipe(response);
    });
    onward.on('error', () => response.destroy());
    request.pipe(onward);
  }

  const server = await startLocalServer(answer, { tls });
  return {
    // By its number, as with Azurite itself.
    url: `https://127.0.0.1:${server.port}${origin.pathname}`,
    refuse: (next) => {
      refusal = next;
    },
    close: () => server.close(),
  };
}
