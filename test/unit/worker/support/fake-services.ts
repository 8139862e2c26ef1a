import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export interface FakeAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Storage and a registry behind one plain HTTP port. */
export interface FakeServices {
  readonly host: string;
  readonly received: Received[];
  /** Created blobs by path, in the order of their creation. */
  readonly blobs: Map<string, string>;
  /** Digests by `repository:tag`. */
  readonly tags: Map<string, string>;
  /** Replaces the usual answer to a request if it returns one. */
  answer: ((request: Received) => FakeAnswer | 'hang-up' | undefined) | undefined;
  close(): Promise<void>;
}

/** Storage behaves as Azurite does under a SAS with only the permission to create. */
export async function startFakeServices(): Promise<FakeServices> {
  const server = createServer((request, response) => void serve(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const services: FakeServices = {
    host: `127.0.0.1:${port}`,
    received: [],
    blobs: new Map(),
    tags: new Map(),
    answer: undefined,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const received: Received = {
      method: request.method ?? '',
      path: request.url ?? '',
      headers: request.headers,
      body: Buffer.concat(chunks).toString(),
    };
    services.received.push(received);
    const answer = services.answer?.(received) ?? usual(received);
    if (answer === 'hang-up') {
      request.socket.destroy();
      return;
    }
    response.writeHead(answer.status, answer.headers);
    response.end(answer.body);
  }

  function usual(request: Received): FakeAnswer {
    const manifest = /^\/v2\/(.+)\/manifests\/(.+)$/.exec(request.path);
    if (manifest !== null) {
      const digest = services.tags.get(`${manifest[1]}:${manifest[2]}`);
      return digest === undefined
        ? { status: 404 }
        : { status: 200, headers: { 'docker-content-digest': digest } };
    }

    const name = request.path.split('?')[0] ?? '';
    if (services.blobs.has(name)) {
      const body = '<Error><Code>AuthorizationPermissionMismatch</Code></Error>';
      return { status: 403, body };
    }
    if (request.headers['if-match'] !== undefined) return { status: 412 };
    services.blobs.set(name, request.body);
    return { status: 201 };
  }

  return services;
}
