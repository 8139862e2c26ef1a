import { createServer as createHttpServer, type RequestListener, type Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { Socket } from 'node:net';
import type { IssuedCertificate } from '../tls/certificates.ts';

export interface LocalServer {
  /** `http://127.0.0.1:PORT` or `https://localhost:PORT`, without a slash at the end. */
  readonly url: string;
  readonly port: number;
  /** Also closes open connections. */
  close(): Promise<void>;
}

export interface LocalServerOptions {
  /** If absent: plain HTTP. */
  readonly tls?: IssuedCertificate;
  /** Default: 0, any free port. */
  readonly port?: number;
}

/** Starts a server on the loopback address. */
export async function startLocalServer(
  listener: RequestListener,
  options: LocalServerOptions = {},
): Promise<LocalServer> {
  const server: Server = options.tls
    ? createHttpsServer({ cert: options.tls.certPem, key: options.tls.keyPem }, listener)
    : createHttpServer(listener);
  const sockets = new Set<Socket>();
  server.on(options.tls ? 'secureConnection' : 'connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  const port = await listen(server, options.port ?? 0);
  return {
    url: options.tls ? `https://localhost:${port}` : `http://127.0.0.1:${port}`,
    port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) {
          socket.destroy();
        }
      }),
  };
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      const address = server.address();
      if (typeof address === 'object' && address !== null) {
        resolve(address.port);
      } else {
        reject(new Error('the server has no port'));
      }
    });
  });
}
