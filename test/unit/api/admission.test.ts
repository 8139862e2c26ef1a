import { describe, expect, it } from 'vitest';
import { type Admission, admitPrincipal, type Role } from '../../../lib/api/admission.ts';
import { principalHeader } from './principal-samples.ts';

const ON = { authenticationIsOn: true };
const READER = 'Patchwright.Reader';
const OPERATOR = 'Patchwright.Operator';
const ACTION = { 'x-patchwright-request': '1', 'content-type': 'application/json; charset=utf-8' };

describe('with sign-in by Entra', () => {
  it.each([
    [READER, 'reader', {}],
    [OPERATOR, 'reader', {}],
    [OPERATOR, 'operator', ACTION],
    [OPERATOR, 'operator', { ...ACTION, 'sec-fetch-site': 'same-origin' }],
  ] as const)('admits %s as a %s', (has, needs, headers) => {
    expect(ask([has], needs, headers)).toEqual({
      ok: true,
      name: 'Entra alice@example.com (6d3c9f2e)',
      role: has === OPERATOR ? 'operator' : 'reader',
    });
  });

  it('refuses a request without a principal, and says how to sign in', () => {
    const admission = admitPrincipal(new Headers(), 'reader', ON);
    expect(admission).toMatchObject({
      refusal: { status: 401, headers: { 'www-authenticate': 'Bearer' } },
    });
  });

  it('refuses an account without a role, and a reader who acts, by 403', () => {
    expect(statusOf(ask([], 'reader'))).toBe(403);
    expect(statusOf(ask(['Patchwright.Readers', 'reader'], 'reader'))).toBe(403);
    const acting = ask([READER], 'operator', ACTION);
    expect(statusOf(acting)).toBe(403);
    expect(JSON.stringify(acting)).toContain(`lacks the app role ${OPERATOR}`);
  });

  it.each([
    ['without the header of its own', { 'content-type': 'application/json' }, 403],
    ['with a form', { ...ACTION, 'content-type': 'application/x-www-form-urlencoded' }, 415],
    ['with text', { ...ACTION, 'content-type': 'text/plain; a=application/json' }, 415],
    ['of another site', { ...ACTION, 'sec-fetch-site': 'cross-site' }, 403],
    ['of another app of the same site', { ...ACTION, 'sec-fetch-site': 'same-site' }, 403],
  ])('refuses an action %s, which a browser could be made to send', (_, headers, status) => {
    expect(statusOf(ask([OPERATOR], 'operator', headers))).toBe(status);
  });

  it('believes no header while the authentication of App Service is off', () => {
    const headers = new Headers({ 'x-ms-client-principal': principalHeader([OPERATOR]) });
    const admission = admitPrincipal(headers, 'reader', { authenticationIsOn: false });
    expect(statusOf(admission)).toBe(503);
  });
});

function ask(roles: readonly string[], role: Role, headers: Record<string, string> = {}) {
  const all = { 'x-ms-client-principal': principalHeader(roles), ...headers };
  return admitPrincipal(new Headers(all), role, ON);
}

function statusOf(admission: Admission): number | undefined {
  return admission.ok ? undefined : admission.refusal.status;
}
