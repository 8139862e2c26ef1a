import { HttpRequest } from '@azure/functions';
import { expect, it } from 'vitest';
import { gateOf } from '../../../functions/gate.ts';
import { principalHeader } from '../api/principal-samples.ts';

const FORGED = new HttpRequest({
  method: 'GET',
  url: 'https://app.example/api/status',
  headers: { 'x-ms-client-principal': principalHeader(['Patchwright.Operator']) },
});
const ON = { WEBSITE_AUTH_ENABLED: 'True' };

it.each([
  ['no setting', {}],
  ['keys', { PATCHWRIGHT_SIGN_IN: 'keys' }],
  ['an unknown value', { PATCHWRIGHT_SIGN_IN: 'entar' }],
])('needs a function key with %s, and believes no principal', (_, setting) => {
  const gate = gateOf({ ...ON, ...setting }, () => 'monitor');

  expect(gate.authLevel).toBe('function');
  expect(gate.admit(FORGED, 'operator')).toEqual({
    ok: true,
    name: 'function key monitor',
    role: 'operator',
  });
});

it('asks for no key with Entra, and admits the principal', () => {
  const gate = gateOf({ ...ON, PATCHWRIGHT_SIGN_IN: 'entra' }, () => undefined);

  expect(gate.authLevel).toBe('anonymous');
  expect(gate.admit(FORGED, 'reader')).toMatchObject({ ok: true });
});

it('refuses every request with Entra while the authentication of App Service is off', () => {
  const gate = gateOf({ PATCHWRIGHT_SIGN_IN: 'entra' }, () => 'default');
  expect(gate.admit(FORGED, 'reader')).toMatchObject({ ok: false, refusal: { status: 503 } });
});
