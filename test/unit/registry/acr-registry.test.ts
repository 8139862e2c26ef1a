import { Readable } from 'node:stream';
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { digestOf } from '../../../lib/image/digest.ts';
import { MediaType } from '../../../lib/image/manifest.ts';
import { RepositoryName, Tag } from '../../../lib/image/reference.ts';
import { RegistryError } from '../../../lib/registry/registry.ts';
import { brokenConnection, type StubAnswer } from '../http/stub-http-client.ts';
import { HOST, stubAcr } from './stub-acr.ts';

const repository = RepositoryName.parse('team/api');
const staging = RepositoryName.parse('patchwright/staging/team/api');
const v1 = Tag.parse('v1');
const LAYER = 'the bytes of a layer';
const layer = digestOf(LAYER);
const MIB = 1024 * 1024;

async function errorOf(promise: Promise<unknown>): Promise<RegistryError> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof RegistryError)) throw new Error(`no RegistryError: ${inspect(error)}`);
  return error;
}

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

describe('putting a manifest', () => {
  const manifest = { bytes: Buffer.from('{}'), mediaType: MediaType.ociManifest };

  it.each([
    ['a 503', { status: 503 }],
    ['a broken connection', brokenConnection()],
  ])('is not retried under a tag after %s, since the tag may have moved', async (_, answer) => {
    const { registry, requests } = stubAcr(() => answer);

    const error = await errorOf(registry.putManifest(repository, v1, manifest));

    expect(error).toMatchObject({ code: 'unavailable' });
    expect(requests()).toHaveLength(1);
  });

  it('is retried by digest, since nothing can be overwritten', async () => {
    const { registry, requests } = stubAcr((_, nth) => ({ status: nth === 1 ? 503 : 201 }));
    const digest = digestOf(manifest.bytes);

    const put = await registry.putManifest(repository, digest, manifest);

    expect(put).toBe(digest);
    expect(requests()).toHaveLength(2);
  });
});

describe('tags', () => {
  it('have the times that the registry gives, and none for an invalid time', async () => {
    const tags = [
      {
        name: 'v1',
        digest: layer,
        createdTime: '2026-11-20T01:02:03.4567891Z',
        lastUpdateTime: '2026-11-21T00:00:00Z',
      },
      { name: 'v2', digest: layer, createdTime: 'yesterday' },
    ];
    const { registry } = stubAcr(() => ({ status: 200, body: JSON.stringify({ tags }) }));

    const page = await registry.listTags(repository);

    expect(page?.tags).toEqual([
      {
        tag: 'v1',
        digest: layer,
        createdAt: new Date('2026-11-20T01:02:03.456Z'),
        updatedAt: new Date('2026-11-21T00:00:00Z'),
      },
      { tag: 'v2', digest: layer },
    ]);
  });

  it.each([
    'https://%/?last=v2',
    '/acr/v1/team%2Fapi/_tags?last=..%2Fx',
    '/acr/v1/team%2Fapi/_tags?n=500',
  ])('are refused if the link to the next page names no tag: %s', async (address) => {
    const { registry } = stubAcr(() => ({
      status: 200,
      body: JSON.stringify({ tags: [] }),
      headers: { link: `<${address}>; rel="next"` },
    }));

    const error = await errorOf(registry.listTags(repository));

    expect(error.code).toBe('unexpected');
  });

  it('are read page by page from their own host, even if the link names another', async () => {
    const link =
      '<https://elsewhere.example.org/acr/v1/team%2Fapi/_tags?last=v2&n=100>; rel="next"';
    const tags = [{ name: 'v2', digest: layer, changeableAttributes: { writeEnabled: true } }];
    const { registry, requests } = stubAcr((_, nth) => ({
      status: 200,
      body: JSON.stringify(nth === 1 ? { tags } : { tags: null }),
      headers: nth === 1 ? { link } : {},
    }));

    const first = await registry.listTags(repository);
    const second = await registry.listTags(repository, { after: first?.next ?? v1 });

    expect(first).toEqual({ tags: [{ tag: 'v2', digest: layer }], next: 'v2' });
    expect(second).toEqual({ tags: [] });
    expect(requests().map(({ url }) => url.href)).toEqual([
      `https://${HOST}/acr/v1/team%2Fapi/_tags?n=500&api-version=2021-07-01`,
      `https://${HOST}/acr/v1/team%2Fapi/_tags?last=v2&n=500`,
    ]);
  });

  it.each([
    ['a body that is not JSON', 'sorry'],
    ['an invalid tag', JSON.stringify({ tags: [{ name: '../x', digest: layer }] })],
  ])('are refused with %s', async (_, body) => {
    const { registry } = stubAcr(() => ({ status: 200, body }));

    const error = await errorOf(registry.listTags(repository));

    expect(error.code).toBe('unexpected');
  });
});

describe('wrong content from a registry', () => {
  it('a manifest with another digest is refused', async () => {
    const { registry } = stubAcr(() => ({ status: 200, body: '{"other":1}' }));

    const error = await errorOf(registry.manifest(repository, layer));

    expect(error.code).toBe('digest-mismatch');
  });

  it('a manifest that does not match its digest header is refused', async () => {
    const headers = { 'docker-content-digest': layer };
    const { registry } = stubAcr(() => ({ status: 200, body: '{}', headers }));

    const error = await errorOf(registry.manifest(repository, v1));

    expect(error.code).toBe('digest-mismatch');
  });

  it('a blob with another digest is refused, whole or as a stream', async () => {
    const { registry } = stubAcr(() => ({ status: 200, body: 'something else' }));

    const whole = await errorOf(registry.blob(repository, layer, 100));
    const stream = await registry.openBlob(repository, layer);
    const streamed = await errorOf(drain(stream));

    expect([whole.code, streamed.code]).toEqual(['digest-mismatch', 'digest-mismatch']);
  });

  it('a body without an announced length is cut off at the limit', async () => {
    let produced = 0;
    const endless = Readable.from(
      (function* () {
        for (;;) {
          produced += MIB;
          yield Buffer.alloc(MIB);
        }
      })(),
    );
    const { registry } = stubAcr(() => ({ status: 200, body: endless }));

    const error = await errorOf(registry.manifest(repository, v1));

    expect(error.code).toBe('too-large');
    expect(produced).toBeLessThan(30 * MIB);
  });

  it('a body that is announced as too large is not read', async () => {
    let read = false;
    const body = Readable.from(
      (function* () {
        read = true;
        yield Buffer.alloc(1);
      })(),
    );
    const headers = { 'content-length': String(5 * MIB) };
    const { registry } = stubAcr(() => ({ status: 200, body, headers }));

    const error = await errorOf(registry.manifest(repository, v1));

    expect(error.code).toBe('too-large');
    expect(read).toBe(false);
  });

  it('a truncated body is reported as unavailable', async () => {
    const body = Readable.from(
      (async function* () {
        yield Buffer.from('half');
        throw brokenConnection();
      })(),
    );
    const { registry } = stubAcr(() => ({ status: 200, body }));

    const error = await errorOf(registry.blob(repository, layer, 100));

    expect(error).toMatchObject({ code: 'unavailable' });
  });
});

it('refuses a manifest that is larger than a registry accepts', async () => {
  const { registry, requests } = stubAcr(() => ({ status: 201 }));
  const bytes = Buffer.alloc(4 * MIB + 1);

  const error = await errorOf(
    registry.putManifest(repository, v1, { bytes, mediaType: MediaType.ociManifest }),
  );

  expect(error.code).toBe('too-large');
  expect(requests()).toEqual([]);
});

describe('uploads', () => {
  const upload =
    (location: string) =>
    (method: string): StubAnswer => {
      if (method === 'HEAD') return { status: 404 };
      return method === 'POST' ? { status: 202, headers: { location } } : { status: 201 };
    };

  it('go to the URL that the registry gave, with the digest added to its query', async () => {
    const answer = upload(`/v2/team/api/blobs/uploads/1?_state=s`);
    const { registry, requests } = stubAcr(({ method }) => answer(method));

    await registry.putBlob(repository, layer, Buffer.from(LAYER));

    const put = requests().at(-1);
    expect(put?.url.href).toBe(
      `https://${HOST}/v2/team/api/blobs/uploads/1?_state=s&digest=${encodeURIComponent(layer)}`,
    );
    expect(put?.body).toBe(LAYER);
  });

  it('fail without a request if the URL is on another host', async () => {
    const answer = upload('https://attacker.example.org/upload');
    const { registry, requests } = stubAcr(({ method }) => answer(method));

    const error = await errorOf(registry.putBlob(repository, layer, Buffer.from(LAYER)));

    expect(error.code).toBe('unexpected');
    expect(new Set(requests().map(({ url }) => url.host))).toEqual(new Set([HOST]));
  });

  it('of a copy stream the blob once, with its length', async () => {
    const answer = upload('/upload');
    const { registry, requests } = stubAcr(({ method }) =>
      method === 'GET'
        ? { status: 200, body: LAYER, headers: { 'content-length': String(LAYER.length) } }
        : answer(method),
    );

    const how = await registry.shareBlob({ from: repository, to: staging, digest: layer });

    expect(how).toBe('copied');
    const put = requests().at(-1);
    expect([put?.method, put?.body, put?.headers['content-length']]).toEqual([
      'PUT',
      LAYER,
      String(LAYER.length),
    ]);
  });

  it('of a copy fail if the source sends other bytes', async () => {
    const answer = upload('/upload');
    const { registry } = stubAcr(({ method }) =>
      method === 'GET' ? { status: 200, body: 'other bytes' } : answer(method),
    );

    const sharing = registry.shareBlob({ from: repository, to: staging, digest: layer });

    await expect(sharing).rejects.toMatchObject({ code: 'digest-mismatch' });
  });

  it('of a copy fail as unavailable after a broken connection', async () => {
    const answer = upload('/upload');
    const { registry, requests } = stubAcr(({ method }) => {
      if (method === 'GET') return { status: 200, body: LAYER };
      return method === 'PUT' ? brokenConnection() : answer(method);
    });

    const error = await errorOf(
      registry.shareBlob({ from: repository, to: staging, digest: layer }),
    );

    expect(error).toMatchObject({ code: 'unavailable' });
    expect(requests().filter(({ method }) => method === 'PUT')).toHaveLength(1);
  });
});

describe('referrers', () => {
  const entry = (text: string) => ({
    mediaType: MediaType.ociManifest,
    digest: digestOf(text),
    size: 1,
  });
  const index = (...texts: string[]) =>
    JSON.stringify({ schemaVersion: 2, manifests: texts.map(entry) });

  it('are read page by page', async () => {
    const { registry } = stubAcr((_, nth) =>
      nth === 1
        ? { status: 200, body: index('a'), headers: { link: '</v2/next>; rel="next"' } }
        : { status: 200, body: index('b') },
    );

    const found = await registry.referrers(repository, layer);

    expect(found.map(({ digest }) => digest)).toEqual([digestOf('a'), digestOf('b')]);
  });

  it('are read from the tag with the digest if the API is missing', async () => {
    const tag = layer.replace(':', '-');
    const { registry } = stubAcr(({ url }) =>
      url.pathname.endsWith(`/manifests/${tag}`)
        ? { status: 200, body: index('a') }
        : { status: 404 },
    );

    const found = await registry.referrers(repository, layer);

    expect(found.map(({ digest }) => digest)).toEqual([digestOf('a')]);
  });

  it('are refused if the pages link in a circle', async () => {
    const { registry } = stubAcr(() => ({
      status: 200,
      body: index('a'),
      headers: { link: '</v2/same>; rel="next"' },
    }));

    const error = await errorOf(registry.referrers(repository, layer));

    expect(error.code).toBe('too-large');
  });
});

async function drain(chunks: AsyncIterable<Uint8Array> | undefined): Promise<void> {
  for await (const _ of chunks ?? []) {
    // Reads to the end.
  }
}
