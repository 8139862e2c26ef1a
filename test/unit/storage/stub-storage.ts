import type { IncomingMessage, ServerResponse } from 'node:http';
import { onTestFinished } from 'vitest';
import { connectStorage, type StorageClients } from '../../../lib/storage/storage-connection.ts';
import { StorageUse } from '../../../lib/storage/storage-use.ts';
import { startLocalServer } from '../../world/http/local-server.ts';

export interface StorageRequest {
  readonly method: string;
  /** Path and query, without the account. */
  readonly target: string;
  readonly body: string;
}

export interface StorageAnswer {
  readonly status: number;
  readonly code?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Starts a storage account that answers from a function and stops with the test. */
export async function stubStorage(
  answer: (request: StorageRequest, nth: number) => StorageAnswer,
  use = new StorageUse(),
): Promise<{ readonly clients: StorageClients; readonly requests: readonly StorageRequest[] }> {
  const requests: StorageRequest[] = [];
  const server = await startLocalServer((incoming, response) => {
    void readBody(incoming).then((body) => {
      const target = decodeURIComponent((incoming.url ?? '').replace('/stub', ''));
      const request = { method: incoming.method ?? '', target, body };
      requests.push(request);
      send(response, answer(request, requests.length));
    });
  });
  onTestFinished(() => server.close());
  const connectionString = [
    'DefaultEndpointsProtocol=http;AccountName=stub;AccountKey=c3R1Yg==',
    ...['Blob', 'Queue', 'Table'].map((service) => `${service}Endpoint=${server.url}/stub`),
  ].join(';');
  return {
    clients: connectStorage({ kind: 'connection-string', connectionString }, use),
    requests,
  };
}

function send(response: ServerResponse, { status, code, headers, body = '' }: StorageAnswer): void {
  response.writeHead(status, {
    ...(code === undefined ? {} : { 'x-ms-error-code': code }),
    ...headers,
  });
  response.end(body);
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString();
}
