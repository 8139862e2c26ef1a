import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { digestOf } from '../../../lib/image/digest.ts';
import { RepositoryName, Tag } from '../../../lib/image/reference.ts';
import { brokenConnection, type StubAnswer } from '../http/stub-http-client.ts';
import { errorOf } from './error-of.ts';
import { HOST, stubAcr } from './stub-acr.ts';

const repository = RepositoryName.parse('team/api');
const v1 = Tag.parse('v1');
const digest = digestOf('an image');
const MIB = 1024 * 1024;
const json = (value: unknown): StubAnswer => ({ status: 200, body: JSON.stringify(value) });
const tagsOf = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ name: `v${index}`, digest }));

describe('requests of the Azure SDK client', () => {
  it('share one token per set of scopes with our own requests', async () => {
    const { registry, counts } = stubAcr(({ url }) =>
      url.pathname.endsWith('/v1') ? json({ tag: tagsOf(1)[0] }) : json({ tags: tagsOf(1) }),
    );

    await registry.listTags(repository);
    await registry.tag(repository, v1);
    await registry.listManifests(repository);
    await registry.referrers(repository, digest).catch(() => undefined);

    // One token for `metadata_read`, one for `pull`.
    expect([counts.exchange, counts.token]).toEqual([1, 2]);
  });

  it.each([
    ['a 503', { status: 503 }],
    ['a broken connection', brokenConnection()],
  ])('are sent at most four times after %s', async (_, answer) => {
    const { registry, requests } = stubAcr(() => answer);

    const error = await errorOf(registry.deleteManifest(repository, digest));

    expect(error.code).toBe('unavailable');
    expect(requests()).toHaveLength(4);
  });

  it('answer a challenge with our own token and never with an anonymous one', async () => {
    const challenge = `Bearer realm="https://${HOST}/oauth2/token",service="${HOST}",scope="repository:team/api:metadata_read"`;
    const { registry, requests, tokenRequests } = stubAcr(() => ({
      status: 401,
      headers: { 'www-authenticate': challenge },
    }));

    const error = await errorOf(registry.listTags(repository));

    const grants = tokenRequests().map(({ body }) => new URLSearchParams(body).get('grant_type'));
    expect(error.code).toBe('unauthorized');
    expect(requests()).toHaveLength(2);
    expect(new Set(grants)).toEqual(new Set(['access_token', 'refresh_token']));
  });

  it('do not send the token to another host after a redirect', async () => {
    const { registry, requests } = stubAcr(({ url }) =>
      url.host === HOST
        ? { status: 307, headers: { location: 'https://attacker.example.org/_tags' } }
        : json({ tags: [] }),
    );

    await registry.listTags(repository);

    expect(requests().map(({ url, headers }) => [url.host, 'authorization' in headers])).toEqual([
      [HOST, true],
      ['attacker.example.org', false],
    ]);
  });

  it('fail with the code of the registry’s refusal', async () => {
    const body = JSON.stringify({ errors: [{ code: 'DENIED', message: 'no', detail: {} }] });
    const { registry } = stubAcr(() => ({ status: 403, body }));

    const error = await errorOf(registry.listManifests(repository));

    expect(error.code).toBe('denied');
    expect(error.message).toContain('list the manifests of team/api');
  });
});

describe('hostile answers to a listing', () => {
  it('a page without items that links to itself is refused after one request', async () => {
    const { registry, requests } = stubAcr(() => ({
      ...json({ tags: null }),
      headers: { link: '</acr/v1/team%2Fapi/_tags?last=v1&n=500>; rel="next"' },
    }));

    const error = await errorOf(registry.listTags(repository));

    expect(error.code).toBe('unexpected');
    expect(requests()).toHaveLength(1);
  });

  it.each([
    ['more than 8 MiB', `{"tags":[],"x":"${'x'.repeat(8 * MIB)}"}`, 'too-large'],
    ['arrays within arrays', `${'['.repeat(1000)}${']'.repeat(1000)}`, 'unexpected'],
    ['200,000 empty objects', JSON.stringify({ tags: Array(200_000).fill({}) }), 'unexpected'],
    ['more tags than a page has', JSON.stringify({ tags: tagsOf(5_001) }), 'unexpected'],
    ['tags that are not a list', JSON.stringify({ tags: 'v1' }), 'unexpected'],
    ['a list that holds null', JSON.stringify({ tags: [null] }), 'unexpected'],
    ['an HTML document', '<html></html>', 'unexpected'],
  ])('%s are refused', async (_, body, code) => {
    const { registry } = stubAcr(() => ({ status: 200, body }));

    const error = await errorOf(registry.listTags(repository));

    expect(error.code).toBe(code);
  });

  it('a manifest list without digests is refused', async () => {
    const { registry } = stubAcr(() => json({ manifests: [{ digest: 'latest' }] }));

    const error = await errorOf(registry.listManifests(repository));

    expect(error.code).toBe('unexpected');
  });

  it.each(['text/html', 'application/xml', 'text/plain; charset=utf-8'])(
    'a page is read even with the content type %s',
    async (type) => {
      const { registry } = stubAcr(() => ({
        ...json({ tags: tagsOf(2) }),
        headers: { 'content-type': type },
      }));

      const page = await registry.listTags(repository);

      expect(page?.tags).toHaveLength(2);
    },
  );

  it('an error contains neither the answer nor a token', async () => {
    const { registry, requests } = stubAcr(() => json({ tags: [{ name: 'secret-name' }] }));

    const error = await errorOf(registry.tag(repository, v1));

    const token = requests()[0]?.headers.authorization?.replace('Bearer ', '') ?? '';
    expect(error.message).toBe("look up team/api:v1: the response is not in ACR's format");
    expect(token).not.toBe('');
    expect(inspect(error, { depth: 10, showHidden: true })).not.toMatch(token);
    expect(inspect(error, { depth: 10, showHidden: true })).not.toMatch('secret-name');
  });
});

it('a deletion succeeds if the manifest is absent', async () => {
  const { registry, requests } = stubAcr(() => ({ status: 404 }));

  await registry.deleteManifest(repository, digest);

  expect(requests().map(({ method, url }) => [method, url.pathname])).toEqual([
    ['DELETE', `/v2/team%2Fapi/manifests/${encodeURIComponent(digest)}`],
  ]);
});
