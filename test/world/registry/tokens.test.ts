import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import * as z from 'zod';
import { clientOf, firstError, putImage, startTestRegistry } from './registry-fixture.ts';
import type { LocalRegistry } from './start-registry.ts';

const NULL_GUID = '00000000-0000-0000-0000-000000000000';
const START = Date.parse('2026-11-23T02:00:00Z');

let registry: LocalRegistry;
let now = START;

beforeAll(async () => {
  registry = await startTestRegistry({
    now: () => new Date(now),
    verifyIdentityToken: (token) => (token === 'good' ? { subject: 'app' } : undefined),
    adminUser: { username: 'admin', password: 'secret' },
  });
  await putImage(registry, 'a', 'v1');
  await putImage(registry, 'b', 'v1');
});
beforeEach(() => {
  now = START;
  registry.configure({ grants: () => ['repository:*:*', 'registry:catalog:*'] });
});
afterAll(() => registry.close());

function post(path: string, form: Record<string, string>, scopes: string[] = []) {
  const body = new URLSearchParams({ service: registry.host, ...form });
  for (const scope of scopes) {
    body.append('scope', scope);
  }
  return fetch(`${registry.url}${path}`, { method: 'POST', body });
}

function askBasic(username: string, password: string, query: Record<string, string>) {
  const basic = Buffer.from(`${username}:${password}`).toString('base64');
  const search = new URLSearchParams({ service: registry.host, ...query });
  return fetch(`${registry.url}/oauth2/token?${search}`, {
    headers: { authorization: `Basic ${basic}` },
  });
}

function get(path: string, token: string) {
  return fetch(`${registry.url}${path}`, { headers: { authorization: `Bearer ${token}` } });
}

const Answer = z.object({
  access_token: z.string().optional(),
  refresh_token: z.string().optional(),
});

async function tokenIn(answer: Response): Promise<string> {
  const { access_token, refresh_token } = Answer.parse(await answer.json());
  return access_token ?? refresh_token ?? '';
}

function claims(token: string) {
  const payload = Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8');
  return z
    .looseObject({ nbf: z.number(), exp: z.number(), access: z.unknown().optional() })
    .parse(JSON.parse(payload));
}

async function refreshToken(): Promise<string> {
  return tokenIn(
    await post('/oauth2/exchange', { grant_type: 'access_token', access_token: 'good' }),
  );
}

async function accessToken(...scopes: string[]): Promise<string> {
  const refresh_token = await refreshToken();
  return tokenIn(
    await post('/oauth2/token', { grant_type: 'refresh_token', refresh_token }, scopes),
  );
}

it('exchanges an identity token for one of 3 hours, and that for one of 75 minutes', async () => {
  const refresh = claims(await refreshToken());
  const access = claims(await accessToken('repository:a:pull'));

  expect(refresh.exp - refresh.nbf).toBe(3 * 60 * 60);
  expect(access.exp - access.nbf).toBe(4500);
});

it('refuses an identity token that does not verify', async () => {
  const answer = await post('/oauth2/exchange', { grant_type: 'access_token', access_token: 'x' });

  expect(answer.status).toBe(401);
});

it.each([
  { name: 'repeated', scopes: ['repository:a:pull', 'repository:b:pull,push'] },
  { name: 'in one, separated by spaces', scopes: ['repository:a:pull repository:b:pull,push'] },
])('puts exactly the scopes asked for into a token, $name', async ({ scopes }) => {
  const token = await accessToken(...scopes);

  expect(claims(token).access).toEqual([
    { type: 'repository', name: 'a', actions: ['pull'] },
    { type: 'repository', name: 'b', actions: ['pull', 'push'] },
  ]);
});

it('omits scopes from a token that its identity lacks', async () => {
  registry.configure({
    grants: ({ subject }) => (subject === 'app' ? ['repository:team/*:pull'] : []),
  });

  const token = await accessToken('repository:team/x:pull,push', 'repository:a:pull');

  expect(claims(token).access).toEqual([{ type: 'repository', name: 'team/x', actions: ['pull'] }]);
});

it('challenges a request without a token for exactly the required scope', async () => {
  const answer = await fetch(`${registry.url}/acr/v1/team%2Fapp/_tags`);

  expect(answer.status).toBe(401);
  expect(answer.headers.get('www-authenticate')).toBe(
    `Bearer realm="${registry.url}/oauth2/token",service="${registry.host}",scope="repository:team/app:metadata_read"`,
  );
  const { code, detail } = await firstError(answer);
  expect(code).toBe('UNAUTHORIZED');
  expect(detail).toEqual([{ Type: 'repository', Name: 'team/app', Action: 'metadata_read' }]);
});

it.each([
  { method: 'GET', path: '/v2/a/manifests/v1', scope: 'repository:a:pull' },
  { method: 'GET', path: '/v2/a/tags/list', scope: 'repository:a:metadata_read' },
  { method: 'PUT', path: '/v2/a/manifests/v1', scope: 'repository:a:pull,push' },
  { method: 'POST', path: '/v2/a/blobs/uploads/', scope: 'repository:a:pull,push' },
  {
    method: 'POST',
    path: `/v2/a/blobs/uploads/?mount=sha256:${'0'.repeat(64)}&from=b`,
    scope: 'repository:a:pull,push repository:b:pull',
  },
  {
    method: 'DELETE',
    path: `/v2/a/manifests/sha256:${'0'.repeat(64)}`,
    scope: 'repository:a:delete',
  },
  { method: 'GET', path: '/v2/_catalog', scope: 'registry:catalog:*' },
  { method: 'PATCH', path: '/acr/v1/a/_tags/v1', scope: 'repository:a:metadata_write' },
  { method: 'DELETE', path: '/acr/v1/a', scope: 'repository:a:delete' },
])('wants $scope for $method $path', async ({ method, path, scope }) => {
  const answer = await fetch(`${registry.url}${path}`, { method });

  expect(answer.headers.get('www-authenticate')).toContain(`scope="${scope}"`);
});

it.each([
  { name: 'pull', scope: 'repository:a:pull', path: '/v2/b/manifests/v1', method: 'GET' },
  {
    name: 'push',
    scope: 'repository:a:pull',
    path: '/v2/a/blobs/uploads/',
    method: 'POST',
  },
  {
    name: 'delete',
    scope: 'repository:a:pull,push',
    path: `/v2/a/manifests/sha256:${'0'.repeat(64)}`,
    method: 'DELETE',
  },
  { name: 'list', scope: 'repository:a:pull', path: '/v2/_catalog', method: 'GET' },
  { name: 'read metadata', scope: 'repository:a:pull', path: '/acr/v1/a/_tags', method: 'GET' },
])('lets no token $name beyond its scopes', async ({ scope, path, method }) => {
  const answer = await clientOf(registry, scope)(method, path);

  expect(answer.status).toBe(401);
  expect(answer.headers.get('www-authenticate')).toContain('error="insufficient_scope"');
});

it('refuses an access token that has expired', async () => {
  const token = await accessToken('repository:a:pull');

  now += 4500 * 1000;
  const answer = await get('/v2/a/manifests/v1', token);

  expect(answer.status).toBe(401);
  expect(answer.headers.get('www-authenticate')).toContain('error="invalid_token"');
});

it('refuses a token that was altered', async () => {
  const [header, , mac] = (await accessToken('repository:a:pull')).split('.');
  const payload = Buffer.from(JSON.stringify({ grant_type: 'access_token' })).toString('base64url');

  const answer = await get('/v2/a/manifests/v1', `${header}.${payload}.${mac}`);

  expect(answer.status).toBe(401);
});

it('refuses a refresh token as a bearer token', async () => {
  const answer = await get('/v2/', await refreshToken());

  expect(answer.status).toBe(401);
});

it('issues a token for a refresh token as the password, as docker clients do', async () => {
  const answer = await askBasic(NULL_GUID, await refreshToken(), { scope: 'repository:a:pull' });
  const token = await tokenIn(answer);

  expect((await get('/v2/a/manifests/v1', token)).status).toBe(200);
  expect((await get('/v2/b/manifests/v1', token)).status).toBe(401);
});

it('issues no token beyond the scopes and the expiry of an access token as the password', async () => {
  const password = await accessToken('repository:a:pull');
  now += 4000 * 1000;

  const scope = 'repository:a:pull,push repository:b:pull';
  const token = await tokenIn(await askBasic(NULL_GUID, password, { scope }));

  expect(claims(token).access).toEqual([{ type: 'repository', name: 'a', actions: ['pull'] }]);
  expect(claims(token).exp).toBe(claims(password).exp);
});

it('accepts a password grant by form, as some clients do', async () => {
  const answer = await post(
    '/oauth2/token',
    { grant_type: 'password', username: 'admin', password: 'secret' },
    ['repository:b:pull'],
  );

  expect((await get('/v2/b/manifests/v1', await tokenIn(answer))).status).toBe(200);
});

it.each([
  { name: 'a wrong password', username: 'admin', password: 'guess' },
  { name: 'a token under a wrong user name', username: 'someone', password: 'token' },
])('refuses $name', async ({ username, password }) => {
  const given = password === 'token' ? await refreshToken() : password;

  const answer = await askBasic(username, given, { scope: 'repository:a:pull' });

  expect(answer.status).toBe(401);
});

it('refuses a token for another service', async () => {
  const answer = await askBasic('admin', 'secret', { service: 'other.azurecr.io' });

  expect(answer.status).toBe(400);
});
