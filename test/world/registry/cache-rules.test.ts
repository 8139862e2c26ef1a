import { afterAll, beforeAll, expect, it } from 'vitest';
import * as z from 'zod';
import { MediaType } from '../../../lib/image/manifest.ts';
import { clientOf, putImage, type Send, startTestRegistry } from './registry-fixture.ts';
import type { LocalRegistry } from './start-registry.ts';

const CACHED = 'patchwright/trivy-db';
const UPSTREAM = 'upstream/trivy-db';
const TagAnswer = z.object({ tag: z.object({ digest: z.string() }) });

let registry: LocalRegistry;
let send: Send;

beforeAll(async () => {
  registry = await startTestRegistry({ cacheRules: [{ repository: CACHED, upstream: UPSTREAM }] });
  send = clientOf(registry, `repository:${CACHED}:pull,metadata_read`);
});
afterAll(() => registry.close());

const pull = (reference: string, method = 'GET') =>
  send(method, `/v2/${CACHED}/manifests/${reference}`, {
    headers: { accept: `${MediaType.ociManifest}, ${MediaType.ociIndex}` },
  });

/** The digest of a tag; undefined if it does not exist. */
async function listed(tag: string): Promise<string | undefined> {
  const answer = await send('GET', `/acr/v1/${CACHED}/_tags/${tag}`);
  return answer.status === 404 ? undefined : TagAnswer.parse(await answer.json()).tag.digest;
}

it('has a tag with all its content once its manifest was pulled', async () => {
  const image = await putImage(registry, UPSTREAM, 'first');
  const before = await listed('first');

  const pulled = await pull('first');

  expect(before).toBeUndefined();
  expect(pulled.headers.get('docker-content-digest')).toBe(image.digest);
  expect(await listed('first')).toBe(image.digest);
  const layer = await send('GET', `/v2/${CACHED}/blobs/${image.layers[0]}`);
  expect(layer.status).toBe(200);
});

it('updates a tag from its upstream only when it is pulled', async () => {
  const old = await putImage(registry, UPSTREAM, 'moving');
  await pull('moving');
  const next = await putImage(registry, UPSTREAM, 'moving');

  await pull(old.digest);
  await pull('moving', 'HEAD');
  const unpulled = await listed('moving');
  await pull('moving');

  expect(unpulled).toBe(old.digest);
  expect(await listed('moving')).toBe(next.digest);
});

it('keeps a tag that its upstream has lost', async () => {
  const image = await putImage(registry, UPSTREAM, 'lost');
  await pull('lost');
  await clientOf(registry, `repository:${UPSTREAM}:delete`)(
    'DELETE',
    `/v2/${UPSTREAM}/manifests/${image.digest}`,
  );

  const pulled = await pull('lost');

  expect(pulled.headers.get('docker-content-digest')).toBe(image.digest);
});

it('does not affect repositories without a rule', async () => {
  const answer = await clientOf(registry, 'repository:team/api:pull')(
    'GET',
    '/v2/team/api/manifests/first',
  );

  expect(answer.status).toBe(404);
});
