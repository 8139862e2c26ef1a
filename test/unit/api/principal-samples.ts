const ROLE = 'http://schemas.microsoft.com/ws/2008/06/identity/claims/role';

/** The header as App Service makes it for a person with these app roles. */
export function principalHeader(
  roles: readonly string[],
  more: { readonly auth_typ?: string; readonly claims?: readonly object[] } = {},
): string {
  const claims = [
    { typ: 'preferred_username', val: 'alice@example.com' },
    { typ: 'http://schemas.microsoft.com/identity/claims/objectidentifier', val: '6d3c9f2e' },
    ...roles.map((val) => ({ typ: 'roles', val })),
  ];
  const principal = { auth_typ: 'aad', claims, name_typ: 'name', role_typ: ROLE, ...more };
  return encoded(principal);
}

export function encoded(principal: unknown): string {
  return Buffer.from(JSON.stringify(principal)).toString('base64');
}
