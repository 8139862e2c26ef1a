import { expect, it } from 'vitest';
import * as z from 'zod';
import { jwtClaims } from '../../../lib/registry/jwt-claims.ts';

const Claims = z.object({ exp: z.number() });
const encoded = (text: string) => Buffer.from(text).toString('base64url');

it('reads the claims that the schema names', () => {
  const token = `${encoded('{}')}.${encoded('{"exp":5,"other":1}')}.signature`;

  expect(jwtClaims(token, Claims)).toEqual({ exp: 5 });
});

it.each([
  ['a text without dots', 'token'],
  ['an empty payload', 'a..b'],
  ['a payload that is not JSON', `a.${encoded('exp')}.b`],
  ['claims of another form', `a.${encoded('{"exp":"5"}')}.b`],
])('returns undefined for %s', (_, token) => {
  expect(jwtClaims(token, Claims)).toBeUndefined();
});
