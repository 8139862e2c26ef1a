import type { RegistryToken, TokenScope } from './registry.ts';

/**
 * Port: the refresh token of an identity that can only pull. A container runtime signs in with it to
 * pull the worker image; it never enters a container. Adapter: `RegistryTokens`.
 */
export interface PullTokens {
  /**
   * A token that is valid for 75 minutes or more, unless the registry issues shorter ones.
   *
   * @throws RegistryError
   */
  refreshToken(): Promise<RegistryToken>;
  /** Drops a refresh token that could not pull from the cache: it may have been revoked. */
  refusedRefresh(token: string): Promise<void>;
  /** An access token of this identity, for the doctor. @throws RegistryError */
  mint(scopes: readonly TokenScope[]): Promise<RegistryToken>;
}
