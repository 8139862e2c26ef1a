import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { digestOf } from '../../../lib/image/digest.ts';
import { RepositoryName } from '../../../lib/image/reference.ts';
import { clientOf, errorCode, type Send, startTestRegistry } from './registry-fixture.ts';
import type { LocalRegistry } from './start-registry.ts';

const SMALL = randomBytes(1000);
const LARGE = randomBytes(1_000_000);

let registry: LocalRegistry;
let send: Send;

beforeAll(async () => {
  registry = await startTestRegistry();
  send = clientOf(registry, 'repository:team/app:pull');
  for (const bytes of [SMALL, LARGE]) {
    await registry.storage.addBlob(RepositoryName.parse('team/app'), [bytes]);
  }
});
afterEach(() => registry.configure({ redirectBlobs: false }));
afterAll(() => registry.close());

function path(bytes: Buffer): string {
  return `/v2/team/app/blobs/${digestOf(bytes)}`;
}

it('answers a HEAD with the blob’s size and the support of ranges', async () => {
  const answer = await send('HEAD', path(LARGE));

  expect(answer.status).toBe(200);
  expect(answer.headers.get('content-length')).toBe('1000000');
  expect(answer.headers.get('accept-ranges')).toBe('bytes');
  expect(answer.headers.get('docker-content-digest')).toBe(digestOf(LARGE));
});

describe.each([
  { name: 'in memory', bytes: SMALL },
  { name: 'in a file', bytes: LARGE },
])('a range of a blob $name', ({ bytes }) => {
  const size = bytes.length;

  it.each([
    { range: 'bytes=0-99', start: 0, end: 99 },
    { range: 'bytes=500-', start: 500, end: size - 1 },
    { range: 'bytes=-10', start: size - 10, end: size - 1 },
    { range: `bytes=990-${size * 2}`, start: 990, end: size - 1 },
  ])('is served for $range', async ({ range, start, end }) => {
    const answer = await send('GET', path(bytes), { headers: { range } });

    expect(answer.status).toBe(206);
    expect(answer.headers.get('content-range')).toBe(`bytes ${start}-${end}/${size}`);
    const served = Buffer.from(await answer.arrayBuffer());
    expect(served.equals(bytes.subarray(start, end + 1))).toBe(true);
  });

  it('is refused if it starts after the end', async () => {
    const answer = await send('GET', path(bytes), { headers: { range: `bytes=${size}-` } });

    expect([answer.status, await errorCode(answer)]).toEqual([416, 'RANGE_INVALID']);
  });

  it('is the whole blob if the header is not a range of bytes', async () => {
    const answer = await send('GET', path(bytes), { headers: { range: '10-20' } });

    expect(answer.status).toBe(200);
    expect((await answer.arrayBuffer()).byteLength).toBe(size);
  });
});

it('does not find a blob of another repository', async () => {
  const other = clientOf(registry, 'repository:team/other:pull');

  const answer = await other('GET', `/v2/team/other/blobs/${digestOf(SMALL)}`);

  expect([answer.status, await errorCode(answer)]).toEqual([404, 'BLOB_UNKNOWN']);
});

it('redirects a download, if configured, to a host that refuses the registry’s token', async () => {
  registry.configure({ redirectBlobs: true });

  const answer = await send('GET', path(LARGE));
  const elsewhere = answer.headers.get('location') ?? '';
  const withToken = await send('GET', elsewhere);
  const without = await fetch(elsewhere);

  expect(answer.status).toBe(307);
  expect(new URL(elsewhere).host).not.toBe(registry.host);
  expect([withToken.status, without.status]).toEqual([400, 200]);
  expect(Buffer.from(await without.arrayBuffer()).equals(LARGE)).toBe(true);
});
