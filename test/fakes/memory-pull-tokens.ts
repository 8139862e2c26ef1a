import type { PullTokens } from '../../lib/registry/pull-tokens.ts';

/** The refresh token of the identity that can only pull. */
export const PULL_TOKEN = 'eyJyZWZyZXNoLXRva2VuLW9mLXRoZS1wdWxsLWlkZW50aXR5In0';

const EXPIRES_AT = new Date('2027-01-01T00:00:00Z');

/** An identity that can only pull. */
export const memoryPullTokens: PullTokens = {
  refreshToken: async () => ({ token: PULL_TOKEN, expiresAt: EXPIRES_AT }),
  refusedRefresh: async () => undefined,
  mint: async () => ({ token: 'access-token-of-the-pull-identity', expiresAt: EXPIRES_AT }),
};
