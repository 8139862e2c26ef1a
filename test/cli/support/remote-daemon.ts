import { once } from 'node:events';
import { createSecureServer, type Http2SecureServer } from 'node:http2';
import { createServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { type Authority, createAuthority } from '../../world/tls/certificates.ts';

export interface RemoteDaemon {
  /** Settings of an app that the daemon accepts. */
  readonly settings: Readonly<Record<string, string>>;
  /** Settings with a client certificate from another authority. */
  strangersSettings(): Promise<Readonly<Record<string, string>>>;
  close(): Promise<void>;
}

/** Imitates a buildkitd with `--tlscacert`: mutual TLS, then HTTP/2. */
export async function startRemoteDaemon(
  options: { readonly names?: readonly string[]; readonly http2?: false } = {},
): Promise<RemoteDaemon> {
  const authority = await createAuthority();
  const { certPem, keyPem } = await authority.issue(options.names ?? ['localhost']);
  const tls = {
    ca: authority.caPem,
    cert: certPem,
    key: keyPem,
    requestCert: true,
    rejectUnauthorized: true,
  };
  const server: Http2SecureServer | ReturnType<typeof createServer> =
    options.http2 === false ? createServer(tls) : createSecureServer(tls);
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => sockets.add(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    settings: {
      PATCHWRIGHT_BUILDER: 'remote',
      BUILDKIT_ADDRESS: `tcp://localhost:${port}`,
      PATCHWRIGHT_BUILDKIT_CA: authority.caPem,
      ...(await clientSettings(authority)),
    },
    strangersSettings: async () => clientSettings(await createAuthority()),
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function clientSettings(authority: Authority): Promise<Record<string, string>> {
  const { certPem, keyPem } = await authority.issueClient('patchwright');
  return { PATCHWRIGHT_BUILDKIT_CERT: certPem, PATCHWRIGHT_BUILDKIT_KEY: keyPem };
}
