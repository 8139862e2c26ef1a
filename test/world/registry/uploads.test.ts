import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { digestOf } from '../../../lib/image/digest.ts';
import { clientOf, errorCode, type Send, startTestRegistry } from './registry-fixture.ts';
import type { LocalRegistry } from './start-registry.ts';

let registry: LocalRegistry;
let send: Send;

beforeAll(async () => {
  registry = await startTestRegistry();
  send = clientOf(registry, 'repository:team/app:pull,push,delete', 'repository:team/from:pull');
});
afterEach(() => registry.configure({ mountsRefused: false }));
afterAll(() => registry.close());

const UPLOADS = '/v2/team/app/blobs/uploads/';

async function begin(): Promise<string> {
  return location(await send('POST', UPLOADS));
}

function location(answer: Response): string {
  return answer.headers.get('location') ?? 'no location';
}

function withDigest(path: string, digest: string): string {
  return `${path}&digest=${encodeURIComponent(digest)}`;
}

async function content(digest: string): Promise<Buffer> {
  const answer = await send('GET', `/v2/team/app/blobs/${digest}`);
  return Buffer.from(await answer.arrayBuffer());
}

it('stores a blob by one POST', async () => {
  const bytes = randomBytes(1000);

  const answer = await send('POST', `${UPLOADS}?digest=${digestOf(bytes)}`, { body: bytes });

  expect(answer.status).toBe(201);
  expect(location(answer)).toBe(`/v2/team/app/blobs/${digestOf(bytes)}`);
  expect(await content(digestOf(bytes))).toEqual(bytes);
});

it('stores a blob by a POST and a PUT', async () => {
  const bytes = randomBytes(1000);

  const answer = await send('PUT', withDigest(await begin(), digestOf(bytes)), { body: bytes });

  expect(answer.status).toBe(201);
  expect(answer.headers.get('docker-content-digest')).toBe(digestOf(bytes));
  expect(await content(digestOf(bytes))).toEqual(bytes);
});

it('stores a blob in chunks and reports the progress after each', async () => {
  const bytes = randomBytes(300);

  const first = await send('PATCH', await begin(), {
    headers: { 'content-range': '0-99' },
    body: bytes.subarray(0, 100),
  });
  const second = await send('PATCH', location(first), {
    headers: { 'content-range': '100-199' },
    body: bytes.subarray(100, 200),
  });
  const last = await send('PUT', withDigest(location(second), digestOf(bytes)), {
    headers: { 'content-range': '200-299' },
    body: bytes.subarray(200),
  });

  expect([first, second, last].map((answer) => answer.status)).toEqual([202, 202, 201]);
  expect([first, second].map((answer) => answer.headers.get('range'))).toEqual(['0-99', '0-199']);
  expect(await content(digestOf(bytes))).toEqual(bytes);
});

it('keeps a blob that is too large for memory complete, and removes its file when deleted', async () => {
  const bytes = randomBytes(3_000_000);
  const digest = digestOf(bytes);
  const chunk = await send('PATCH', await begin(), { body: bytes });

  await send('PUT', withDigest(location(chunk), digest));
  const stored = await content(digest);
  const deletion = await send('DELETE', `/v2/team/app/blobs/${digest}`);
  const after = await send('HEAD', `/v2/team/app/blobs/${digest}`);

  expect(stored.equals(bytes)).toBe(true);
  expect([deletion.status, after.status]).toEqual([202, 404]);
  expect(registry.storage.blobs.size(digest)).toBeUndefined();
});

it('refuses a chunk that does not start at the end of the last one, and gives that position', async () => {
  const first = await send('PATCH', await begin(), { body: randomBytes(100) });

  const gap = await send('PATCH', location(first), {
    headers: { 'content-range': '150-199' },
    body: randomBytes(50),
  });

  expect(gap.status).toBe(416);
  expect(gap.headers.get('range')).toBe('0-99');
});

it('refuses a chunk that is sent again to an older location', async () => {
  const start = await begin();
  await send('PATCH', start, { body: randomBytes(100) });

  const again = await send('PATCH', start, { body: randomBytes(100) });

  expect(again.status).toBe(416);
});

it('refuses a chunk that is shorter than its range', async () => {
  const answer = await send('PATCH', await begin(), {
    headers: { 'content-range': '0-99' },
    body: randomBytes(50),
  });

  expect([answer.status, await errorCode(answer)]).toEqual([400, 'SIZE_INVALID']);
});

it('refuses bytes that do not match their digest, and ends the upload', async () => {
  const start = await begin();

  const answer = await send('PUT', withDigest(start, digestOf('other')), { body: 'bytes' });
  const after = await send('GET', start);

  expect([answer.status, await errorCode(answer)]).toEqual([400, 'DIGEST_INVALID']);
  expect([after.status, await errorCode(after)]).toEqual([404, 'BLOB_UPLOAD_UNKNOWN']);
});

it('reports the progress of an upload', async () => {
  const chunk = await send('PATCH', await begin(), { body: randomBytes(42) });

  const status = await send('GET', location(chunk));

  expect([status.status, status.headers.get('range')]).toEqual([204, '0-41']);
});

it('cancels an upload', async () => {
  const start = await begin();

  const cancel = await send('DELETE', start);
  const after = await send('PATCH', start, { body: 'x' });

  expect([cancel.status, after.status]).toEqual([204, 404]);
});

async function mount(bytes: Buffer, from = 'team/from'): Promise<Response> {
  return send('POST', `${UPLOADS}?mount=${digestOf(bytes)}&from=${encodeURIComponent(from)}`);
}

async function present(bytes: Buffer, repository = 'team/from'): Promise<void> {
  const push = clientOf(registry, `repository:${repository}:pull,push`);
  const path = `/v2/${repository}/blobs/uploads/?digest=${digestOf(bytes)}`;
  expect((await push('POST', path, { body: bytes })).status).toBe(201);
}

it('mounts a blob of a repository that the token may read', async () => {
  const bytes = randomBytes(100);
  await present(bytes);

  const answer = await mount(bytes);

  expect([answer.status, location(answer)]).toEqual([201, `/v2/team/app/blobs/${digestOf(bytes)}`]);
  expect(await content(digestOf(bytes))).toEqual(bytes);
});

it('starts an upload instead if the repository lacks the blob to mount', async () => {
  const answer = await mount(randomBytes(100));

  expect(answer.status).toBe(202);
  expect(location(answer)).toContain(UPLOADS);
});

it('starts an upload instead if the token may not read the other repository', async () => {
  const bytes = randomBytes(100);
  await present(bytes, 'team/secret');

  const answer = await mount(bytes, 'team/secret');
  const head = await send('HEAD', `/v2/team/app/blobs/${digestOf(bytes)}`);

  expect([answer.status, head.status]).toEqual([202, 404]);
});

it('starts an upload instead if mounts are disabled', async () => {
  const bytes = randomBytes(100);
  await present(bytes);
  registry.configure({ mountsRefused: true });

  const answer = await mount(bytes);

  expect(answer.status).toBe(202);
});

it('keeps a mounted blob after it was deleted from its source', async () => {
  const bytes = randomBytes(400_000);
  await present(bytes);
  await mount(bytes);

  const remove = clientOf(registry, 'repository:team/from:delete');
  await remove('DELETE', `/v2/team/from/blobs/${digestOf(bytes)}`);

  expect((await content(digestOf(bytes))).equals(bytes)).toBe(true);
});

it('continues an upload after a broken connection', async () => {
  const bytes = randomBytes(2_000_000);
  const start = await begin();
  const broken = new ReadableStream({
    start: (controller) => controller.enqueue(bytes.subarray(0, 500_000)),
  });
  const abort = new AbortController();
  const patch = fetch(new URL(start, registry.url), {
    method: 'PATCH',
    body: broken,
    duplex: 'half',
    signal: abort.signal,
    headers: { authorization: `Bearer ${registry.accessToken(['repository:team/app:pull,push'])}` },
  });
  await expect.poll(async () => (await send('GET', start)).headers.get('range')).not.toBe('0-0');

  abort.abort();
  await expect(patch).rejects.toThrow();
  await expect.poll(() => registry.events().some((event) => event.status === 0)).toBe(true);
  const status = await send('GET', start);
  const offset = Number(status.headers.get('range')?.split('-')[1]) + 1;
  const rest = bytes.subarray(offset);
  const last = await send('PUT', withDigest(location(status), digestOf(bytes)), { body: rest });

  expect(last.status).toBe(201);
});
