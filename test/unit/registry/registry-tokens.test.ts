import { describe, expect, it } from 'vitest';
import { RepositoryName } from '../../../lib/image/reference.ts';
import type { RegistryScope } from '../../../lib/registry/registry-scopes.ts';
import { RegistryTokens } from '../../../lib/registry/registry-tokens.ts';
import { ManualClock } from '../../fakes/manual-clock.ts';
import { ENTRA_TOKEN, HOST, stubAcr } from './stub-acr.ts';

const repository = RepositoryName.parse('team/api');
const PULL: readonly RegistryScope[] = [{ repository, actions: ['pull'] }];
const MINUTE = 60;

describe('tokens for a registry', () => {
  it('are obtained by exchanging the identity for a refresh token and that for an access token', async () => {
    const { tokens, tokenRequests, entraScopes } = stubAcr();

    const target = RepositoryName.parse('patchwright/staging/team/api');
    await tokens.mint([{ repository: target, actions: ['push', 'pull'] }, ...PULL]);

    expect(entraScopes).toEqual(['https://containerregistry.azure.net/.default']);
    const [exchange, token] = tokenRequests();
    expect(exchange?.url.href).toBe(`https://${HOST}/oauth2/exchange`);
    expect(Object.fromEntries(new URLSearchParams(exchange?.body))).toEqual({
      grant_type: 'access_token',
      service: HOST,
      access_token: ENTRA_TOKEN,
    });
    const form = new URLSearchParams(token?.body);
    expect(form.get('grant_type')).toBe('refresh_token');
    expect(form.getAll('scope')).toEqual([
      'repository:patchwright/staging/team/api:pull,push',
      'repository:team/api:pull',
    ]);
  });

  it('expire at the time in their claims', async () => {
    const { tokens } = stubAcr(undefined, { accessSeconds: 75 * MINUTE });

    const { expiresAt } = await tokens.mint(PULL);

    expect(expiresAt.toISOString()).toBe('2026-11-23T03:15:00.000Z');
  });

  it('are cached for the same scopes in any order, but minted anew each time', async () => {
    const { tokens, counts } = stubAcr();
    const both = (first: 'pull' | 'push', second: 'pull' | 'push'): RegistryScope[] => [
      { repository, actions: [first, second] },
    ];

    const kept = [
      await tokens.accessToken(both('pull', 'push')),
      await tokens.accessToken(both('push', 'pull')),
    ];
    const minted = [
      await tokens.mint(both('pull', 'push')),
      await tokens.mint(both('pull', 'push')),
    ];

    expect(kept[0]).toBe(kept[1]);
    expect(new Set([kept[0], ...minted.map(({ token }) => token)]).size).toBe(3);
    expect(counts).toMatchObject({ exchange: 1, token: 3 });
  });

  it('are different for different scopes', async () => {
    const { tokens } = stubAcr();

    const pull = await tokens.accessToken(PULL);
    const remove = await tokens.accessToken([{ repository, actions: ['delete'] }]);

    expect(pull).not.toBe(remove);
  });

  it('are requested once for concurrent callers', async () => {
    const { tokens, counts } = stubAcr();

    const all = await Promise.all([1, 2, 3].map(() => tokens.accessToken(PULL)));

    expect(new Set(all).size).toBe(1);
    expect(counts).toMatchObject({ exchange: 1, token: 1 });
  });

  it('are renewed two minutes before they expire, separately from the refresh token', async () => {
    const { tokens, counts, clock } = stubAcr(undefined, {
      refreshSeconds: 60 * MINUTE,
      accessSeconds: 10 * MINUTE,
    });
    const first = await tokens.accessToken(PULL);

    clock.advance({ seconds: 8 * MINUTE - 1 });
    const early = await tokens.accessToken(PULL);
    clock.advance({ seconds: 1 });
    const late = await tokens.accessToken(PULL);
    const afterAccess = { ...counts };
    clock.advance({ seconds: 50 * MINUTE });
    await tokens.accessToken(PULL);

    expect([early === first, late === first]).toEqual([true, false]);
    expect(afterAccess).toMatchObject({ exchange: 1, token: 2 });
    expect(counts).toMatchObject({ exchange: 2, token: 3 });
  });

  it('of a pull identity are valid for 75 minutes or more, and are not the refused one', async () => {
    const { tokens, counts, clock } = stubAcr(undefined, { refreshSeconds: 180 * MINUTE });
    const first = await tokens.refreshToken();

    clock.advance({ seconds: 105 * MINUTE - 1 });
    const early = await tokens.refreshToken();
    clock.advance({ seconds: 1 });
    const late = await tokens.refreshToken();
    await tokens.refusedRefresh(first.token);
    const kept = await tokens.refreshToken();
    await tokens.refusedRefresh(late.token);
    const again = await tokens.refreshToken();

    const all = [first, early, late, kept, again].map(({ token }) => token);
    expect(all.map((token) => [...new Set(all)].indexOf(token))).toEqual([0, 0, 1, 1, 2]);
    expect(counts.exchange).toBe(3);
  });

  it('of a pull identity are used although the registry issues shorter ones', async () => {
    const { tokens, counts } = stubAcr(undefined, { refreshSeconds: 60 * MINUTE });

    await tokens.refreshToken();

    expect(counts.exchange).toBe(1);
  });

  it('are requested once more with a new refresh token if the old one is refused', async () => {
    const { tokens, counts } = stubAcr(undefined, {
      tokens: ({ url }, nth) =>
        url.pathname === '/oauth2/token' && nth === 1 ? { status: 401 } : undefined,
    });

    await tokens.mint(PULL);

    expect(counts).toMatchObject({ exchange: 2, token: 2 });
  });

  it('are requested at most twice if the identity has no rights', async () => {
    const { tokens, counts } = stubAcr(undefined, {
      tokens: ({ url }) => (url.pathname === '/oauth2/token' ? { status: 401 } : undefined),
    });

    await expect(tokens.mint(PULL)).rejects.toMatchObject({ code: 'unauthorized' });

    expect(counts).toMatchObject({ exchange: 2, token: 2 });
  });

  it('are requested again after a failure', async () => {
    const { tokens } = stubAcr(undefined, {
      tokens: ({ url }, nth) =>
        url.pathname === '/oauth2/exchange' && nth === 1 ? { status: 403 } : undefined,
    });

    const first = tokens.accessToken(PULL);
    await expect(first).rejects.toMatchObject({ code: 'denied' });
    const second = tokens.accessToken(PULL);

    await expect(second).resolves.toBeTypeOf('string');
  });

  it.each([
    ['a body that is not JSON', 'sorry'],
    ['no token', '{}'],
    ['a token without an expiry', '{"access_token":"opaque","refresh_token":"opaque"}'],
  ])('are refused in an answer with %s', async (_, body) => {
    const { tokens } = stubAcr(undefined, { tokens: () => ({ status: 200, body }) });

    const minting = tokens.mint(PULL);

    await expect(minting).rejects.toMatchObject({ code: 'unexpected' });
  });

  it('fail as unavailable if the identity is not ready', async () => {
    const clock = new ManualClock();
    const credential = {
      getToken: async () => {
        throw Object.assign(new Error('secret endpoint'), { name: 'CredentialUnavailableError' });
      },
    };
    const http = { send: async () => Promise.reject(new Error('not to be called')) };
    const tokens = new RegistryTokens({ host: HOST, credential, http, clock });

    const minting = tokens.mint(PULL);

    await expect(minting).rejects.toMatchObject({
      code: 'unavailable',
      message: "get a token of the app's identity: CredentialUnavailableError",
    });
  });
});
