import type { RepositoryName } from '../../../lib/image/reference.ts';
import type { Scope } from './auth/scopes.ts';
import type { RegistryIdentity, TokenIssuer } from './auth/tokens.ts';
import type { Reply } from './http.ts';
import type { CacheRule } from './oci/cache-rules.ts';
import type { Uploads } from './oci/uploads.ts';
import type { RegistryStorage } from './storage/registry-storage.ts';

/** What a request is, whatever became of it. Tests count by these. */
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

/** What a test may change while the registry runs. */
export interface RegistrySettings {
  /** The scopes that an identity may have at most, for example `repository:team/*:pull`. */
  readonly grants: (identity: RegistryIdentity) => readonly string[];
  /** Undefined where the token is not good. */
  readonly verifyIdentityToken: (
    token: string,
  ) => Promise<RegistryIdentity | undefined> | RegistryIdentity | undefined;
  /** True: a mount is answered with 202, as registries do that won't. */
  readonly mountsRefused: boolean;
  /**
   * True: a blob's GET answers with a redirect to another host, which takes no registry token, as
   * ACR does. Trivy follows no redirect to a loopback address, so it stays off for real tools.
   */
  readonly redirectBlobs: boolean;
  /** Repositories that mirror others; none unless given. */
  readonly cacheRules: readonly CacheRule[];
  /** ACR's admin user, who may do everything; none unless given. */
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

/** Who asks, and what that caller may do. */
export interface Caller {
  may(scope: Scope): boolean;
}

/** A request that was understood: who may make it, and what it does. */
export interface Operation {
  readonly kind: RequestKind;
  readonly repository?: RepositoryName;
  /** Every scope that is needed; none: any token will do; `open`: not even that. */
  readonly access: readonly Scope[] | 'open';
  /** Scopes named in a challenge beside the needed ones. */
  readonly useful?: readonly Scope[];
  run(caller: Caller): Promise<Reply> | Reply;
}

export function onRepository(name: RepositoryName, ...actions: string[]): Scope {
  return { type: 'repository', name, actions };
}

export const ON_CATALOG: Scope = { type: 'registry', name: 'catalog', actions: ['*'] };
