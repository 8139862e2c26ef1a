import type { RegistryToken, TokenScope } from './registry.ts';

/**
 * Port: the refresh token of an identity that can only pull. A container runtime signs in with it to
 * pull the worker image; it never enters a container. Adapter: `RegistryTokens`.
 */
export interface PullTokens {
  /** @throws RegistryError */
  refreshToken(): Promise<RegistryToken>;
  /** An access token of this identity, for the doctor. @throws RegistryError */
  mint(scopes: readonly TokenScope[]): Promise<RegistryToken>;
}
