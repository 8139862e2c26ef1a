import type { RepositoryName } from '../../../lib/image/reference.ts';
import type { Scope } from './auth/scopes.ts';
import type { RegistryIdentity, TokenIssuer } from './auth/tokens.ts';
import type { Reply } from './http.ts';
import type { CacheRule } from './oci/cache-rules.ts';
import type { Uploads } from './oci/uploads.ts';
import type { RegistryStorage } from './storage/registry-storage.ts';

/** Kinds of requests, independent of their outcome. Tests count them. */
export type RequestKind =
  | 'ping'
  | 'catalog.list'
  | 'tags.list'
  | 'manifest.get'
  | 'manifest.head'
  | 'manifest.put'
  | 'manifest.delete'
  | 'blob.get'
  | 'blob.head'
  | 'blob.delete'
  | 'blob.content'
  | 'upload.start'
  | 'upload.mount'
  | 'upload.append'
  | 'upload.finish'
  | 'upload.status'
  | 'upload.cancel'
  | 'referrers.list'
  | 'acr.catalog'
  | 'acr.repository.get'
  | 'acr.repository.update'
  | 'acr.repository.delete'
  | 'acr.tags.list'
  | 'acr.tag.get'
  | 'acr.tag.update'
  | 'acr.tag.delete'
  | 'acr.manifests.list'
  | 'acr.manifest.get'
  | 'acr.manifest.update'
  | 'token.exchange'
  | 'token.access'
  | 'other';

/** Settings that a test may change while the registry runs. */
export interface RegistrySettings {
  /** The maximum scopes of an identity, for example `repository:team/*:pull`. */
  readonly grants: (identity: RegistryIdentity) => readonly string[];
  /** Undefined if the token is not valid. */
  readonly verifyIdentityToken: (
    token: string,
  ) => Promise<RegistryIdentity | undefined> | RegistryIdentity | undefined;
  /** True to refuse mounts with 202. */
  readonly mountsRefused: boolean;
  /**
   * True to answer a blob's GET with a redirect to another host, which accepts no registry token, as
   * ACR does. Trivy follows no redirect to a loopback address, so it is off for real tools.
   */
  readonly redirectBlobs: boolean;
  /** Repositories that mirror others. Default: none. */
  readonly cacheRules: readonly CacheRule[];
  /** ACR's admin user, who may do everything. Default: none. */
  readonly adminUser?: { readonly username: string; readonly password: string };
}

export interface RegistryContext {
  /** Login server: host name and port. */
  readonly host: string;
  readonly storage: RegistryStorage;
  readonly uploads: Uploads;
  readonly tokens: TokenIssuer;
  readonly now: () => Date;
  readonly settings: () => RegistrySettings;
}

/** The caller and its rights. */
export interface Caller {
  may(scope: Scope): boolean;
}

/** A parsed request: the required rights and the action. */
export interface Operation {
  readonly kind: RequestKind;
  readonly repository?: RepositoryName;
  /** The required scopes. If empty, any token is enough; `open` needs no token. */
  readonly access: readonly Scope[] | 'open';
  /** Scopes in a challenge in addition to the required ones. */
  readonly useful?: readonly Scope[];
  run(caller: Caller): Promise<Reply> | Reply;
}

export function onRepository(name: RepositoryName, ...actions: string[]): Scope {
  return { type: 'repository', name, actions };
}

export const ON_CATALOG: Scope = { type: 'registry', name: 'catalog', actions: ['*'] };
