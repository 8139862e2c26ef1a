import { expect, it } from 'vitest';
import { grantedScopes } from '../../../lib/registry/token-scopes.ts';

const jwt = (claims: unknown) =>
  `e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.signature`;
const PULL = { type: 'repository', name: 'team/api', actions: ['pull'] };

it('reads the scopes that a token grants', () => {
  expect(grantedScopes(jwt({ access: [PULL] }))).toEqual([PULL]);
});

it.each([{}, { access: null }, { access: [] }])('reads no right from %j', (claims) => {
  expect(grantedScopes(jwt(claims))).toEqual([]);
});

it.each(['opaque', jwt({ access: 'pull' }), jwt({ access: [{ name: 'team/api' }] })])(
  'does not know the rights of %s',
  (token) => {
    expect(grantedScopes(token)).toBeUndefined();
  },
);
