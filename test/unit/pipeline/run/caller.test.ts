import { expect, it } from 'vitest';
import { callerOf } from '../../../../lib/pipeline/run/caller.ts';

const USER = {
  type: 'AppService',
  id: '6d3c9f2e',
  username: 'alice@example.com',
  identityProvider: 'aad',
  claimsPrincipalData: {},
} as const;

it('returns the identity that App Service authenticated', () => {
  const by = callerOf({ user: USER }, { WEBSITE_AUTH_ENABLED: 'True' });

  expect(by).toBe('aad alice@example.com (6d3c9f2e)');
});

it('ignores an identity that App Service did not authenticate', () => {
  expect(callerOf({ user: USER }, {})).toBe('a function key');
  expect(callerOf({ user: null }, { WEBSITE_AUTH_ENABLED: 'True' })).toBe('a function key');
});
