import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { digestOf } from '../../../lib/image/digest.ts';
import { MediaType } from '../../../lib/image/manifest.ts';
import { pushLayout } from './push-layout.ts';
import { clientOf, imageOf, putImage, startTestRegistry } from './registry-fixture.ts';
import type { LocalRegistry } from './start-registry.ts';

let registry: LocalRegistry;
let folder: string;

beforeAll(async () => {
  registry = await startTestRegistry();
  folder = await mkdtemp(join(tmpdir(), 'patchwright-layout-'));
});
beforeEach(() => registry.clearRequests());
afterEach(() => registry.intercept(undefined));
afterAll(async () => {
  await registry.close();
  await rm(folder, { recursive: true });
});

it('answers a ping with a token and challenges one without', async () => {
  const send = clientOf(registry);

  const without = await fetch(`${registry.url}/v2/`);
  const withToken = await send('GET', '/v2/');

  expect([without.status, withToken.status]).toEqual([401, 200]);
  expect(withToken.headers.get('docker-distribution-api-version')).toBe('registry/2.0');
});

it('counts requests by kind and records their results', async () => {
  const send = clientOf(registry, 'repository:app:pull');

  await send('HEAD', '/v2/app/manifests/none');
  await send('GET', '/v2/other/manifests/v1');

  expect(registry.requests()).toEqual({ 'manifest.head': 1, 'manifest.get': 1 });
  expect(registry.events().map(({ repository, status }) => [repository, status])).toEqual([
    ['app', 404],
    ['other', 401],
  ]);
});

it('writes no token into its log', async () => {
  const token = registry.accessToken(['repository:app:pull']);

  await fetch(`${registry.url}/v2/app/tags/list?n=1`, {
    headers: { authorization: `Bearer ${token}` },
  });

  expect(JSON.stringify(registry.events())).not.toContain(token);
});

it('returns the response of an interceptor instead of its own', async () => {
  registry.intercept(({ kind }) =>
    kind === 'manifest.get'
      ? { status: 429, headers: { 'Retry-After': '7' }, body: '{"errors":[]}' }
      : undefined,
  );
  await putImage(registry, 'app', 'v1');
  const send = clientOf(registry, 'repository:app:pull');

  const get = await send('GET', '/v2/app/manifests/v1');
  const head = await send('HEAD', '/v2/app/manifests/v1');

  expect([get.status, get.headers.get('retry-after')]).toEqual([429, '7']);
  expect(head.status).toBe(200);
});

it.each([
  { fault: 'drop', done: false },
  { fault: 'drop-after', done: true },
] as const)('ends the connection on $fault (done: $done)', async ({ fault, done }) => {
  const repository = `faulty/${fault}`;
  registry.intercept(({ kind }) => (kind === 'manifest.put' ? fault : undefined));

  await expect(putImage(registry, repository, 'v1')).rejects.toThrow('fetch failed');

  expect(repository in registry.snapshot()).toBe(done);
});

it('answers an unknown path with 404', async () => {
  const answer = await fetch(`${registry.url}/v1/search`);

  expect(answer.status).toBe(404);
});

it('refuses a method that a path does not support', async () => {
  const answer = await clientOf(registry, 'repository:app:pull')('POST', '/v2/app/manifests/v1');

  expect(answer.status).toBe(405);
});

async function writeLayout(name: string, layer: Uint8Array): Promise<string> {
  const path = join(folder, name);
  const image = imageOf({ layers: [layer] });
  const blobs = join(path, 'blobs', 'sha256');
  await mkdir(blobs, { recursive: true });
  for (const bytes of [...image.blobs, image.manifest]) {
    await writeFile(join(blobs, digestOf(bytes).slice('sha256:'.length)), bytes);
  }
  await writeFile(join(path, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
  const { digest, manifest } = image;
  const descriptor = { mediaType: MediaType.ociManifest, digest, size: manifest.length };
  await writeFile(
    join(path, 'index.json'),
    JSON.stringify({ schemaVersion: 2, manifests: [descriptor] }),
  );
  return path;
}

it('loads an image layout from a folder under several tags', async () => {
  const path = await writeLayout('image', Buffer.from('a layer'));

  const digest = await pushLayout(registry, path, {
    repository: 'from/layout',
    tags: ['1', 'latest'],
  });
  const send = clientOf(registry, 'repository:from/layout:pull');
  const layer = await send('GET', `/v2/from/layout/blobs/${digestOf('a layer')}`);

  expect(registry.snapshot()['from/layout']).toEqual({ '1': digest, latest: digest });
  expect(await layer.text()).toBe('a layer');
});

it('refuses a layout with a blob that does not match its digest', async () => {
  const path = await writeLayout('broken', Buffer.from('true'));
  const name = digestOf('true').slice('sha256:'.length);
  await writeFile(join(path, 'blobs', 'sha256', name), 'false');

  const push = pushLayout(registry, path, { repository: 'from/broken', tags: ['1'] });

  await expect(push).rejects.toMatchObject({ code: 'DIGEST_INVALID' });
});

it('frees its port and its folder when closed', async () => {
  const another = await startTestRegistry();
  await putImage(another, 'app', 'v1', { layers: [Buffer.alloc(400_000)] });

  await another.close();

  await expect(fetch(`${another.url}/v2/`)).rejects.toThrow('fetch failed');
});
