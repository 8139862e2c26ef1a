import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Authority } from '../tls/certificates.ts';
import { readIdentityToken } from './auth/identity-token.ts';
import { parseScopes } from './auth/scopes.ts';
import { createTokenIssuer, type RegistryIdentity } from './auth/tokens.ts';
import { Uploads } from './oci/uploads.ts';
import type { RegistryContext, RegistrySettings, RequestKind } from './operation.ts';
import { type RequestEvent, RequestLog } from './request-log.ts';
import { type Intercept, serve } from './serve.ts';
import { RegistryStorage } from './storage/registry-storage.ts';

export type { RegistryIdentity } from './auth/tokens.ts';
export type { RegistrySettings, RequestKind } from './operation.ts';
export type { RequestEvent } from './request-log.ts';
export type { Intercept, InterceptedRequest, Interception } from './serve.ts';

export interface RegistryOptions extends Partial<RegistrySettings> {
  readonly authority: Authority;
  /** Default: 0, any free port. */
  readonly port?: number;
  readonly now?: () => Date;
  readonly intercept?: Intercept;
}

/** A registry that runs in this process, with access for tests. */
export interface LocalRegistry {
  /** Login server, for example `localhost:40001`. */
  readonly host: string;
  readonly url: string;
  /** Direct access without TLS and tokens. */
  readonly storage: RegistryStorage;
  /** Changes settings for all later requests. */
  configure(settings: Partial<RegistrySettings>): void;
  /** Sets the interceptor of every request; undefined removes it. */
  intercept(intercept: Intercept | undefined): void;
  /** An access token with exactly these scopes, such as `repository:team/api:pull,push`. */
  accessToken(scopes: readonly string[], identity?: RegistryIdentity): string;
  refreshToken(identity?: RegistryIdentity): string;
  /** Repository → tag → digest, for all repositories that have a manifest. */
  snapshot(): Record<string, Record<string, string>>;
  /** Number of requests of each kind. */
  requests(): Partial<Record<RequestKind, number>>;
  events(): readonly RequestEvent[];
  clearRequests(): void;
  close(): Promise<void>;
}

const SOMEONE: RegistryIdentity = { subject: 'local' };

/** Starts a registry with ACR's API on localhost, over TLS, empty. */
export async function startRegistry(options: RegistryOptions): Promise<LocalRegistry> {
  const now = options.now ?? (() => new Date());
  const storage = await RegistryStorage.create(now);
  const uploads = new Uploads(storage);
  const log = new RequestLog();
  let settings: RegistrySettings = {
    grants: options.grants ?? (() => ['repository:*:*', 'registry:catalog:*']),
    verifyIdentityToken:
      options.verifyIdentityToken ?? ((token) => readIdentityToken(token, now())),
    mountsRefused: options.mountsRefused ?? false,
    redirectBlobs: options.redirectBlobs ?? false,
    cacheRules: options.cacheRules ?? [],
    ...(options.adminUser === undefined ? {} : { adminUser: options.adminUser }),
  };
  let { intercept } = options;

  const certificate = await options.authority.issue(['localhost', '127.0.0.1', '::1']);
  const server = createServer({ cert: certificate.certPem, key: certificate.keyPem });
  // A client's idle connection must not be closed during its next request.
  server.keepAliveTimeout = 120_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  const host = `localhost:${portOf(server.address())}`;
  const tokens = createTokenIssuer({ host, now });
  const context: RegistryContext = {
    host,
    storage,
    uploads,
    tokens,
    now,
    settings: () => settings,
  };
  server.on('request', (message, response) => {
    serve({ context, log, intercept: () => intercept }, message, response).catch(() => {
      response.destroy(); // the client went away, or an interceptor failed
    });
  });

  return {
    host,
    url: `https://${host}`,
    storage,
    configure: (changes) => {
      settings = { ...settings, ...changes };
    },
    intercept: (next) => {
      intercept = next;
    },
    accessToken: (scopes, identity = SOMEONE) =>
      tokens.access(identity, parseScopes(scopes.join(' '))),
    refreshToken: (identity = SOMEONE) => tokens.refresh(identity),
    snapshot: () => snapshotOf(storage),
    requests: () => log.counts(),
    events: () => log.events(),
    clearRequests: () => log.clear(),
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
      await uploads.close();
      await storage.blobs.close();
    },
  };
}

function snapshotOf(storage: RegistryStorage): Record<string, Record<string, string>> {
  const repositories = storage.repositories().map((repository) => {
    const tags = [...repository.tags.values()].map((tag): [string, string] => [
      tag.name,
      tag.digest,
    ]);
    return [repository.name, Object.fromEntries(tags.sort())] as const;
  });
  return Object.fromEntries(repositories);
}

function portOf(address: AddressInfo | string | null): number {
  if (address === null || typeof address === 'string') {
    throw new Error('the registry listens on no port');
  }
  return address.port;
}
