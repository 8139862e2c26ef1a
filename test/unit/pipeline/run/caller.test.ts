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
  const by = callerOf({ user: USER, keyName: 'default' }, { WEBSITE_AUTH_ENABLED: 'True' });

  expect(by).toBe('aad alice@example.com (6d3c9f2e)');
});

it('ignores an identity that App Service did not authenticate', () => {
  const keyName = undefined;

  expect(callerOf({ user: USER, keyName }, {})).toBe('a function key');
  expect(callerOf({ user: null, keyName }, { WEBSITE_AUTH_ENABLED: 'True' })).toBe(
    'a function key',
  );
});

it('returns the name of the function key, without what could break a line', () => {
  expect(callerOf({ user: null, keyName: 'night-operator' }, {})).toBe(
    'function key night-operator',
  );
  expect(callerOf({ user: USER, keyName: 'two\nlines' }, {})).toBe('function key two lines');
});
