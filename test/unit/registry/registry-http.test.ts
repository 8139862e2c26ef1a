import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { digestOf } from '../../../lib/image/digest.ts';
import { MediaType } from '../../../lib/image/manifest.ts';
import { RepositoryName, Tag } from '../../../lib/image/reference.ts';
import { brokenConnection } from '../http/stub-http-client.ts';
import { errorOf } from './error-of.ts';
import { HOST, stubAcr } from './stub-acr.ts';

const repository = RepositoryName.parse('team/api');
const v1 = Tag.parse('v1');

describe('errors of the registry', () => {
  it.each([
    [400, 'MANIFEST_BLOB_UNKNOWN', 'invalid'],
    [400, 'DIGEST_INVALID', 'digest-mismatch'],
    [400, 'NAME_INVALID', 'invalid'],
    [401, 'UNAUTHORIZED', 'unauthorized'],
    [403, 'DENIED', 'denied'],
    [404, 'BLOB_UPLOAD_UNKNOWN', 'unavailable'],
    [405, 'REGISTRY_DISALLOWED_OPERATION', 'locked'],
    [405, 'UNSUPPORTED', 'unexpected'],
    [413, '', 'too-large'],
    [418, '', 'unexpected'],
    [429, 'TOOMANYREQUESTS', 'throttled'],
    [500, '', 'unavailable'],
    [503, 'UNKNOWN', 'unavailable'],
  ])('with the answer %d %s have the code %s', async (status, code, expected) => {
    const body = JSON.stringify({ errors: [{ code, message: 'no\nreason', detail: {} }] });
    const { registry } = stubAcr(() => ({ status, body }));

    const error = await errorOf(
      registry.putManifest(repository, v1, {
        bytes: Buffer.from('{}'),
        mediaType: MediaType.ociManifest,
      }),
    );

    expect(error.code).toBe(expected);
    expect(error.message).toContain('put manifest v1 into team/api');
    expect(error.message).toContain('no reason');
  });

  it('contain the delay that the registry asks for if it is longer than our own', async () => {
    const { registry } = stubAcr(() => ({ status: 429, headers: { 'retry-after': '300' } }));

    const error = await errorOf(registry.manifest(repository, v1));

    expect(error).toMatchObject({ code: 'throttled', retryAfterSeconds: 300 });
  });

  it('report a missing scope as denied', async () => {
    const challenge = `Bearer realm="https://${HOST}/oauth2/token",error="insufficient_scope"`;
    const { registry } = stubAcr(() => ({
      status: 401,
      headers: { 'www-authenticate': challenge },
    }));

    const error = await errorOf(registry.manifest(repository, v1));

    expect(error.code).toBe('denied');
  });

  it.each([
    ['ECONNRESET', 'unavailable', 'no answer (ECONNRESET)'],
    ['CERT_HAS_EXPIRED', 'unexpected', 'CERT_HAS_EXPIRED'],
  ])('after %s contain neither the request nor its token', async (code, expected, text) => {
    const { registry, requests } = stubAcr(() => brokenConnection(code));

    const error = await errorOf(registry.manifest(repository, v1));

    const token = requests()[0]?.headers.authorization?.replace('Bearer ', '') ?? '';
    expect(error).toMatchObject({ code: expected });
    expect(error.message).toBe(`get manifest v1 of team/api: ${text}`);
    expect(error.cause).toBeUndefined();
    expect(token).not.toBe('');
    expect(inspect(error, { depth: 10, showHidden: true })).not.toContain(token);
  });

  it('shorten a long message of the registry', async () => {
    const body = JSON.stringify({ errors: [{ code: 'X', message: 'y'.repeat(10_000) }] });
    const { registry } = stubAcr(() => ({ status: 400, body }));

    const error = await errorOf(registry.manifest(repository, v1));

    expect(error.message.length).toBeLessThan(500);
  });
});

describe('authorization', () => {
  it('retries once with a new token if a cached one is refused', async () => {
    const { registry, requests } = stubAcr((_, nth) => ({ status: nth === 2 ? 401 : 404 }));
    await registry.manifest(repository, v1);

    const found = await registry.manifest(repository, v1);

    expect(found).toBeUndefined();
    const [first, second, third] = requests().map(({ headers }) => headers.authorization);
    expect(second).toBe(first);
    expect(third).not.toBe(first);
  });

  it('fails after the second refusal', async () => {
    const { registry, requests } = stubAcr(() => ({ status: 401 }));

    const error = await errorOf(registry.manifest(repository, v1));

    expect(error.code).toBe('unauthorized');
    expect(requests()).toHaveLength(2);
  });
});

it('sends the token of the scopes, and nothing to another host', async () => {
  const { registry, requests } = stubAcr((_, nth) => ({
    status: 200,
    body: '{"manifests":[],"schemaVersion":2}',
    headers: nth === 1 ? { link: '<https://attacker.example.org/next>; rel="next"' } : {},
  }));

  const error = await errorOf(registry.referrers(repository, digestOf('x')));

  expect(error.message).toContain('the registry gave an address on another host');
  expect(requests().map(({ url }) => url.host)).toEqual([HOST]);
  expect(requests()[0]?.headers.authorization).toMatch(/^Bearer .+/);
});
