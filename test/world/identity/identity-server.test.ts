import { ManagedIdentityCredential } from '@azure/identity';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type IdentityServer, startIdentityServer } from './identity-server.ts';

const AUDIENCE = 'https://containerregistry.azure.net';

describe('the managed-identity endpoint', () => {
  let server: IdentityServer;

  afterEach(async () => {
    vi.unstubAllEnvs();
    await server.close();
  });

  it('gives the SDK a token that is valid only for its audience', async () => {
    server = await startIdentityServer();
    vi.stubEnv('IDENTITY_ENDPOINT', server.environment.IDENTITY_ENDPOINT);
    vi.stubEnv('IDENTITY_HEADER', server.environment.IDENTITY_HEADER);
    const credential = new ManagedIdentityCredential({ clientId: server.identity.clientId });

    const { token, expiresOnTimestamp } = await credential.getToken(`${AUDIENCE}/.default`);

    expect(server.verify(token, AUDIENCE)).toMatchObject({
      ok: true,
      claims: { aud: AUDIENCE, oid: server.identity.objectId, tid: server.tenantId },
    });
    expect(server.verify(token, 'https://management.azure.com').ok).toBe(false);
    expect(expiresOnTimestamp).toBeGreaterThan(Date.now());
  });

  it.each<readonly [string, number, (url: URL, headers: Headers) => void]>([
    ['without its header', 403, (_, headers) => headers.delete('x-identity-header')],
    ['with a wrong header', 403, (_, headers) => headers.set('x-identity-header', 'wrong')],
    ['for an unknown identity', 400, (url) => url.searchParams.set('client_id', 'nobody')],
    ['without a resource', 400, (url) => url.searchParams.delete('resource')],
    ['in an unknown version', 400, (url) => url.searchParams.set('api-version', '2017-09-01')],
  ])('refuses a request %s', async (_, status, change) => {
    server = await startIdentityServer();
    const url = new URL(server.environment.IDENTITY_ENDPOINT);
    url.searchParams.set('api-version', '2019-08-01');
    url.searchParams.set('resource', AUDIENCE);
    url.searchParams.set('client_id', server.identity.clientId);
    const headers = new Headers({ 'x-identity-header': server.environment.IDENTITY_HEADER });
    const good = await fetch(url, { headers });
    change(url, headers);

    const answer = await fetch(url, { headers });

    expect([good.status, answer.status]).toEqual([200, status]);
  });

  it('refuses a token that was altered, has expired, or belongs to another tenant', async () => {
    let now = Date.now();
    server = await startIdentityServer({ now: () => now, lifetimeSeconds: 60 });
    const stranger = await startIdentityServer();
    const token = server.token(AUDIENCE);
    const [head, payload, signature] = token.split('.');
    const claims = Buffer.from(payload ?? '', 'base64url').toString('utf8');
    const forged = Buffer.from(claims.replace(server.identity.objectId, 'someone')).toString(
      'base64url',
    );

    const verdicts = [
      server.verify(token, AUDIENCE).ok,
      server.verify(`${head}.${forged}.${signature}`, AUDIENCE).ok,
      server.verify(stranger.token(AUDIENCE), AUDIENCE).ok,
      server.verify('no token', AUDIENCE).ok,
    ];
    now += 61_000;
    verdicts.push(server.verify(token, AUDIENCE).ok);
    await stranger.close();

    expect(verdicts).toEqual([true, false, false, false, false]);
  });
});
