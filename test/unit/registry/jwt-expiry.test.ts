import { expect, it } from 'vitest';
import { jwtExpiry } from '../../../lib/registry/jwt-expiry.ts';

const jwt = (claims: unknown) =>
  `e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.signature`;

it('reads the expiry of a token', () => {
  expect(jwtExpiry(jwt({ exp: 1_795_399_200 }))).toEqual(new Date('2026-11-23T02:00:00Z'));
});

it.each([{}, { exp: 0 }, { exp: -1 }, { exp: 1.5 }, { exp: '5' }])(
  'reads none from %j',
  (claims) => {
    expect(jwtExpiry(jwt(claims))).toBeUndefined();
    expect(jwtExpiry('opaque')).toBeUndefined();
  },
);
