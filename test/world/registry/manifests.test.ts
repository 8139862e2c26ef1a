import { afterAll, beforeAll, expect, it } from 'vitest';
import * as z from 'zod';
import { type Digest, digestOf } from '../../../lib/image/digest.ts';
import { MediaType } from '../../../lib/image/manifest.ts';
import {
  clientOf,
  errorCode,
  firstError,
  imageOf,
  putImage,
  type Send,
  startTestRegistry,
} from './registry-fixture.ts';
import type { LocalRegistry } from './start-registry.ts';

let registry: LocalRegistry;
let send: Send;

beforeAll(async () => {
  registry = await startTestRegistry();
  send = clientOf(registry, 'repository:app:pull,push,delete');
});
afterAll(() => registry.close());

const Referrers = z.object({
  manifests: z.array(z.looseObject({ artifactType: z.string().optional() })),
});

const OCI = { accept: `${MediaType.ociManifest}, ${MediaType.ociIndex}` };

function put(reference: string, body: Uint8Array | string, type: string = MediaType.ociManifest) {
  return send('PUT', `/v2/app/manifests/${reference}`, {
    headers: { 'content-type': type },
    body,
  });
}

it('returns a manifest byte for byte, by tag and by digest', async () => {
  const image = await putImage(registry, 'app', 'v1');

  const answers = [
    await send('GET', '/v2/app/manifests/v1', { headers: OCI }),
    await send('GET', `/v2/app/manifests/${image.digest}`, { headers: OCI }),
  ];

  for (const answer of answers) {
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe(MediaType.ociManifest);
    expect(answer.headers.get('docker-content-digest')).toBe(image.digest);
    expect(Buffer.from(await answer.arrayBuffer()).equals(image.manifest)).toBe(true);
  }
});

it('answers HEAD with the headers of GET and no body', async () => {
  const image = await putImage(registry, 'app', 'v1');

  const answer = await send('HEAD', '/v2/app/manifests/v1', { headers: OCI });

  expect(answer.headers.get('content-length')).toBe(String(image.manifest.length));
  expect(answer.headers.get('docker-content-digest')).toBe(image.digest);
  expect((await answer.arrayBuffer()).byteLength).toBe(0);
});

it('hides an OCI manifest from a client that does not accept its type', async () => {
  await putImage(registry, 'app', 'v1');

  const answer = await send('GET', '/v2/app/manifests/v1', {
    headers: { accept: MediaType.dockerManifest },
  });

  expect([answer.status, await errorCode(answer)]).toEqual([404, 'MANIFEST_UNKNOWN']);
});

it('moves a tag and keeps its previous manifest', async () => {
  const first = await putImage(registry, 'app', 'moving');
  const second = await putImage(registry, 'app', 'moving');

  const old = await send('HEAD', `/v2/app/manifests/${first.digest}`, { headers: OCI });

  expect(registry.snapshot().app?.moving).toBe(second.digest);
  expect(old.status).toBe(200);
});

it.each([
  { name: 'is not JSON', body: '{', type: MediaType.ociManifest, code: 'MANIFEST_INVALID' },
  { name: 'is no manifest', body: '{}', type: MediaType.ociManifest, code: 'MANIFEST_INVALID' },
  {
    name: 'has an unknown type',
    body: '{"schemaVersion":2}',
    type: 'text/plain',
    code: 'MANIFEST_INVALID',
  },
  {
    name: 'says that it is of another type',
    body: JSON.stringify({ schemaVersion: 2, mediaType: MediaType.ociIndex, manifests: [] }),
    type: MediaType.dockerManifestList,
    code: 'MANIFEST_INVALID',
  },
])('refuses a manifest that $name', async ({ body, type, code }) => {
  const answer = await put('bad', body, type);

  expect([answer.status, await errorCode(answer)]).toEqual([400, code]);
});

it('refuses a manifest with missing blobs and names them', async () => {
  const image = imageOf();

  const answer = await put('v2', image.manifest);

  expect(answer.status).toBe(400);
  const { code, detail } = await firstError(answer);
  expect(code).toBe('MANIFEST_BLOB_UNKNOWN');
  expect(detail).toEqual([image.config, ...image.layers]);
});

it('refuses an index with missing manifests', async () => {
  const answer = await put('v2', indexOf(digestOf('nothing')), MediaType.ociIndex);

  expect([answer.status, await errorCode(answer)]).toEqual([400, 'MANIFEST_BLOB_UNKNOWN']);
});

it('accepts an index of existing manifests', async () => {
  const image = await putImage(registry, 'app', undefined);

  const answer = await put('multi', indexOf(image.digest), MediaType.ociIndex);

  expect(answer.status).toBe(201);
});

it('refuses a manifest under another digest', async () => {
  const image = await putImage(registry, 'app', 'v1');

  const answer = await put(digestOf('other'), image.manifest);

  expect([answer.status, await errorCode(answer)]).toEqual([400, 'DIGEST_INVALID']);
});

it('refuses a manifest above 4 MiB', async () => {
  const answer = await put('big', `{"x":"${'x'.repeat(4 * 1024 * 1024)}"}`);

  expect(answer.status).toBe(413);
});

it('deletes a manifest and all its tags by digest', async () => {
  const image = await putImage(registry, 'app', 'gone-1');
  await put('gone-2', image.manifest);

  const answer = await send('DELETE', `/v2/app/manifests/${image.digest}`);
  const after = await send('GET', '/v2/app/manifests/gone-2', { headers: OCI });
  const again = await send('DELETE', `/v2/app/manifests/${image.digest}`);

  expect([answer.status, after.status, again.status]).toEqual([202, 404, 404]);
});

it('deletes only the tag by tag', async () => {
  const image = await putImage(registry, 'app', 'untagged');

  await send('DELETE', '/v2/app/manifests/untagged');
  const byTag = await send('HEAD', '/v2/app/manifests/untagged', { headers: OCI });
  const byDigest = await send('HEAD', `/v2/app/manifests/${image.digest}`, { headers: OCI });

  expect([byTag.status, byDigest.status]).toEqual([404, 200]);
});

it('lists manifests with a digest as their subject as referrers, until they are deleted', async () => {
  const subject = await putImage(registry, 'app', 'subject');
  const vex = await putImage(registry, 'app', undefined, {
    subject: subject.digest,
    artifactType: 'application/vex',
    annotations: { made: 'here' },
  });
  const plain = await putImage(registry, 'app', undefined, { subject: subject.digest });

  const before = await referrers(subject.digest);
  await send('DELETE', `/v2/app/manifests/${vex.digest}`);
  const after = await referrers(subject.digest);

  expect(before.manifests).toEqual([
    {
      mediaType: MediaType.ociManifest,
      digest: vex.digest,
      size: vex.manifest.length,
      artifactType: 'application/vex',
      annotations: { made: 'here' },
    },
    {
      mediaType: MediaType.ociManifest,
      digest: plain.digest,
      size: plain.manifest.length,
      artifactType: MediaType.ociConfig,
    },
  ]);
  expect(after.manifests).toHaveLength(1);
});

it('filters referrers by artifact type and marks the response as filtered', async () => {
  const subject = await putImage(registry, 'app', undefined);
  for (const artifactType of ['application/a', 'application/b']) {
    await putImage(registry, 'app', undefined, { subject: subject.digest, artifactType });
  }

  const { manifests, filters } = await referrers(subject.digest, '?artifactType=application/b');

  expect(manifests.map((one) => one.artifactType)).toEqual(['application/b']);
  expect(filters).toBe('artifactType');
});

it('returns an empty list of referrers for an unknown subject, never 404', async () => {
  const { status, manifests } = await referrers(digestOf('unknown'));

  expect([status, manifests]).toEqual([200, []]);
});

it('confirms a subject by a header', async () => {
  const subject = await putImage(registry, 'app', undefined);
  const { manifest } = await putImage(registry, 'app', undefined, { subject: subject.digest });

  const answer = await put('referrer', manifest);

  expect(answer.headers.get('oci-subject')).toBe(subject.digest);
});

async function referrers(subject: Digest, query = '') {
  const answer = await send('GET', `/v2/app/referrers/${subject}${query}`);
  const { manifests } = Referrers.parse(await answer.json());
  return { status: answer.status, manifests, filters: answer.headers.get('oci-filters-applied') };
}

function indexOf(digest: Digest): string {
  return JSON.stringify({
    schemaVersion: 2,
    mediaType: MediaType.ociIndex,
    manifests: [{ mediaType: MediaType.ociManifest, digest, size: 1 }],
  });
}
