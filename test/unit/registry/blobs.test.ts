import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { digestOf } from '../../../lib/image/digest.ts';
import { RepositoryName } from '../../../lib/image/reference.ts';
import { brokenConnection, type StubAnswer } from '../http/stub-http-client.ts';
import { errorOf } from './error-of.ts';
import { HOST, stubAcr } from './stub-acr.ts';

const repository = RepositoryName.parse('team/api');
const staging = RepositoryName.parse('patchwright/staging/team/api');
const LAYER = 'the bytes of a layer';
const layer = digestOf(LAYER);

describe('getting a blob', () => {
  it('returns its bytes, whole or as a stream', async () => {
    const { registry } = stubAcr(() => ({ status: 200, body: LAYER }));

    expect(await registry.blob(repository, layer, 100)).toEqual(Buffer.from(LAYER));
    await drain(await registry.openBlob(repository, layer));
  });

  it('returns undefined if it is absent', async () => {
    const { registry } = stubAcr(() => ({ status: 404 }));

    expect(await registry.blob(repository, layer, 100)).toBeUndefined();
    expect(await registry.openBlob(repository, layer)).toBeUndefined();
  });

  it('is refused with another digest, whole or as a stream', async () => {
    const { registry } = stubAcr(() => ({ status: 200, body: 'something else' }));

    const whole = await errorOf(registry.blob(repository, layer, 100));
    const stream = await registry.openBlob(repository, layer);
    const streamed = await errorOf(drain(stream));

    expect([whole.code, streamed.code]).toEqual(['digest-mismatch', 'digest-mismatch']);
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
  it('are not needed if the blob is there', async () => {
    const { registry, requests } = stubAcr(() => ({ status: 200 }));

    await registry.putBlob(repository, layer, Buffer.from(LAYER));
    expect(await registry.shareBlob({ from: staging, to: repository, digest: layer })).toBe(
      'present',
    );

    expect(new Set(requests().map(({ method }) => method))).toEqual(new Set(['HEAD']));
  });

  it('are not needed if the registry mounts the blob', async () => {
    const { registry, requests } = stubAcr(({ method }) => ({
      status: method === 'HEAD' ? 404 : 201,
    }));

    expect(await registry.shareBlob({ from: repository, to: staging, digest: layer })).toBe(
      'mounted',
    );
    expect(requests().at(-1)?.url.search).toBe(
      `?${new URLSearchParams({ mount: layer, from: repository })}`,
    );
  });

  it('fail before a request if the bytes have another digest', async () => {
    const { registry, requests } = stubAcr();

    const error = await errorOf(registry.putBlob(repository, layer, Buffer.from('other')));

    expect(error.code).toBe('digest-mismatch');
    expect(requests()).toEqual([]);
  });

  it('fail if the registry gives no address', async () => {
    const { registry } = stubAcr(({ method }) => ({ status: method === 'HEAD' ? 404 : 202 }));

    const error = await errorOf(registry.putBlob(repository, layer, Buffer.from(LAYER)));

    expect(error.message).toContain('the response has no upload address');
  });

  it('of a copy fail if the source does not have the blob', async () => {
    const answer = upload('/upload');
    const { registry } = stubAcr(({ method }) =>
      method === 'GET' ? { status: 404 } : answer(method),
    );

    const error = await errorOf(
      registry.shareBlob({ from: repository, to: staging, digest: layer }),
    );

    expect(error).toMatchObject({ code: 'invalid' });
    expect(error.message).toContain('team/api does not have it');
  });
});

async function drain(chunks: AsyncIterable<Uint8Array> | undefined): Promise<void> {
  for await (const _ of chunks ?? []) {
    // Reads to the end.
  }
}
