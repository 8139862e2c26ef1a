import { expect, it } from 'vitest';
import { parsePrincipal } from '../../../lib/api/principal.ts';
import { encoded, principalHeader } from './principal-samples.ts';

it('reads the name, the object id and the roles of a person', () => {
  expect(parsePrincipal(principalHeader(['Patchwright.Reader']))).toEqual({
    name: 'alice@example.com',
    id: '6d3c9f2e',
    roles: ['Patchwright.Reader'],
  });
});

it('reads a role under the claim type that the header itself names', () => {
  const claims = [
    { typ: 'my-roles', val: 'one' },
    { typ: 'http://schemas.microsoft.com/ws/2008/06/identity/claims/role', val: 'two' },
    { typ: 'groups', val: 'three' },
  ];
  const header = encoded({ auth_typ: 'aad', claims, role_typ: 'my-roles' });
  expect(parsePrincipal(header)?.roles).toEqual(['one', 'two']);
});

it('names an application by its client id', () => {
  const claims = [{ typ: 'azp', val: '0b7f5d2c' }];
  expect(parsePrincipal(principalHeader([], { claims }))).toMatchObject({ name: '0b7f5d2c' });
});

it('removes from a name what could break a line or a terminal, and shortens it', () => {
  const claims = [{ typ: 'preferred_username', val: `a\u001b[31m\nb${'c'.repeat(500)}` }];
  const name = parsePrincipal(principalHeader([], { claims }))?.name ?? '';
  expect(name).toMatch(/^a b/);
  expect(name.length).toBeLessThanOrEqual(120);
});

it.each([
  ['an empty header', ''],
  ['text that is not base64', '%%%'],
  ['JSON of another shape', encoded({ claims: 'none' })],
  [
    'an account of another provider',
    principalHeader(['Patchwright.Reader'], { auth_typ: 'google' }),
  ],
  ['a header over its limit', 'A'.repeat(70_000)],
  ['more claims than its limit', principalHeader(Array.from({ length: 1001 }, String))],
])('refuses %s', (_, header) => {
  expect(parsePrincipal(header)).toBeUndefined();
});
