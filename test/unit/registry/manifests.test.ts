import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { digestOf } from '../../../lib/image/digest.ts';
import { MediaType } from '../../../lib/image/manifest.ts';
import { RepositoryName, Tag } from '../../../lib/image/reference.ts';
import { brokenConnection } from '../http/stub-http-client.ts';
import { errorOf } from './error-of.ts';
import { stubAcr } from './stub-acr.ts';

const repository = RepositoryName.parse('team/api');
const v1 = Tag.parse('v1');
const layer = digestOf('the bytes of a layer');
const MIB = 1024 * 1024;

describe('getting a manifest', () => {
  it('returns its bytes, its digest, and its type without parameters', async () => {
    const headers = { 'content-type': `${MediaType.ociManifest}; charset=utf-8` };
    const { registry, requests } = stubAcr(() => ({ status: 200, body: '{}', headers }));

    expect(await registry.manifest(repository, v1)).toEqual({
      bytes: Buffer.from('{}'),
      digest: digestOf('{}'),
      mediaType: MediaType.ociManifest,
    });
    expect(requests()[0]?.headers.accept).toContain(MediaType.ociManifest);
  });

  it('returns undefined if it is absent', async () => {
    expect(
      await stubAcr(() => ({ status: 404 })).registry.manifest(repository, v1),
    ).toBeUndefined();
  });

  it('is refused with another digest', async () => {
    const { registry } = stubAcr(() => ({ status: 200, body: '{"other":1}' }));

    const error = await errorOf(registry.manifest(repository, layer));

    expect(error.code).toBe('digest-mismatch');
  });

  it('is refused if it does not match its digest header', async () => {
    const headers = { 'docker-content-digest': layer };
    const { registry } = stubAcr(() => ({ status: 200, body: '{}', headers }));

    const error = await errorOf(registry.manifest(repository, v1));

    expect(error.code).toBe('digest-mismatch');
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

  it('is refused before the request if its bytes have another digest', async () => {
    const { registry, requests } = stubAcr(() => ({ status: 201 }));

    const error = await errorOf(registry.putManifest(repository, layer, manifest));

    expect(error.code).toBe('digest-mismatch');
    expect(requests()).toEqual([]);
  });

  it('fails if the registry stored another digest', async () => {
    const headers = { 'docker-content-digest': layer };
    const { registry } = stubAcr(() => ({ status: 201, headers }));

    const error = await errorOf(registry.putManifest(repository, v1, manifest));

    expect(error.code).toBe('digest-mismatch');
  });
});

describe('deleting a manifest', () => {
  it.each([202, 404])('ends well with the answer %d', async (status) => {
    const { registry, requests } = stubAcr(() => ({ status }));

    await registry.deleteManifest(repository, layer);

    expect(requests()).toMatchObject([{ method: 'DELETE' }]);
  });

  it('fails with any other answer', async () => {
    const { registry } = stubAcr(() => ({ status: 403 }));

    expect((await errorOf(registry.deleteManifest(repository, layer))).code).toBe('denied');
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
