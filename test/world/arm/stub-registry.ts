import type { IncomingMessage, ServerResponse } from 'node:http';
import { type LocalServer, startLocalServer } from '../http/local-server.ts';
import type { IssuedCertificate } from '../tls/certificates.ts';

/** A minimal registry that serves one image for a token, for the tests of ARM. */
export interface StubRegistry {
  readonly host: string;
  /** An existing image. */
  readonly image: string;
  readonly credential: {
    readonly server: string;
    readonly username: string;
    readonly password: string;
  };
  close(): Promise<void>;
}

export async function startStubRegistry(certificate: IssuedCertificate): Promise<StubRegistry> {
  const digest = `sha256:${'a'.repeat(64)}`;
  const password = 'stub-password';

  function answer(request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url ?? '/', server.url);
    const basic = Buffer.from(`puller:${password}`).toString('base64');
    if (url.pathname === '/oauth2/token') {
      const ok = request.headers.authorization === `Basic ${basic}`;
      response.writeHead(ok ? 200 : 401, { 'content-type': 'application/json' });
      response.end(ok ? JSON.stringify({ access_token: 'stub-token' }) : '{}');
      return;
    }
    if (request.headers.authorization !== 'Bearer stub-token') {
      const scope = 'repository:patchwright/worker:pull';
      response.writeHead(401, {
        'www-authenticate': `Bearer realm="${server.url}/oauth2/token",service="stub",scope="${scope}"`,
      });
      response.end();
      return;
    }
    response.writeHead(url.pathname.endsWith(`/manifests/${digest}`) ? 200 : 404);
    response.end();
  }

  const server: LocalServer = await startLocalServer(answer, { tls: certificate });
  const host = `localhost:${server.port}`;
  return {
    host,
    image: `${host}/patchwright/worker@${digest}`,
    credential: { server: host, username: 'puller', password },
    close: () => server.close(),
  };
}
