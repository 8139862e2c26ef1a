import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import type { RequestBodyType } from '@azure/core-rest-pipeline';
import { bodyChunks, discardBody, readBody } from '../http/read-body.ts';
import { type Digest, digestOf } from '../image/digest.ts';
import type { RepositoryName } from '../image/reference.ts';
import { RegistryError } from './registry.ts';
import { registryFailure } from './registry-errors.ts';
import type { RegistryHttp } from './registry-http.ts';
import type { RegistryScope } from './registry-scopes.ts';
import { requireDigest } from './require-digest.ts';

/**
 * Limit for the transfer of one layer: 9 GB at 20 MB/s. A function may take ten minutes, and ends without
 * a reason then.
 */
const LAYER_MS = 8 * 60_000;

/** A blob in one repository. */
export interface BlobAt {
  readonly repository: RepositoryName;
  readonly digest: Digest;
}

async function blobExists(registry: RegistryHttp, at: BlobAt): Promise<boolean> {
  const response = await registry.send({
    operation: `check ${name(at)}`,
    method: 'HEAD',
    path: blobPath(at),
    scopes: pull(at),
    expect: [200, 404],
  });
  return response.status === 200;
}

/** Reads the whole blob and checks its digest; undefined if it is absent. */
export async function readBlob(
  registry: RegistryHttp,
  at: BlobAt,
  maxBytes: number,
): Promise<Uint8Array | undefined> {
  const operation = `get ${name(at)}`;
  // A blob that fits in memory has the limits of any other answer.
  const response = await getBlob(registry, at, undefined);
  if (response === undefined) return undefined;
  const bytes = await readBody(response, maxBytes).catch((error: unknown) => {
    throw registryFailure(operation, error);
  });
  requireDigest(operation, { expected: at.digest, actual: digestOf(bytes) });
  return bytes;
}

/**
 * The blob's size, if the registry gives it, and its chunks. The last read throws on a wrong digest.
 */
export async function streamBlob(
  registry: RegistryHttp,
  at: BlobAt,
  timeoutMs = LAYER_MS,
): Promise<{ size: string | undefined; chunks: AsyncIterable<Uint8Array> } | undefined> {
  const response = await getBlob(registry, at, timeoutMs);
  if (response === undefined) return undefined;
  return {
    size: response.headers.get('content-length'),
    chunks: checked(`get ${name(at)}`, at.digest, bodyChunks(response)),
  };
}

/** Uploads bytes with a POST and one PUT. Does nothing if the blob exists. */
export async function writeBlob(
  registry: RegistryHttp,
  at: BlobAt,
  bytes: Uint8Array,
): Promise<void> {
  requireDigest(`put ${name(at)}`, { expected: at.digest, actual: digestOf(bytes) });
  if (await blobExists(registry, at)) return;
  const session = await startUpload(registry, at);
  await finishUpload(registry, at, session, { body: bytes, size: String(bytes.byteLength) });
}

/**
 * Mounts a blob from another repository. If the registry answers with an upload session instead (202),
 * the blob is copied as a stream and checked against its digest.
 */
export async function shareBlob(
  registry: RegistryHttp,
  from: RepositoryName,
  to: BlobAt,
): Promise<'present' | 'mounted' | 'copied'> {
  if (await blobExists(registry, to)) return 'present';
  const session = await startUpload(registry, to, from);
  if (session === 'mounted') return 'mounted';
  const source = await streamBlob(registry, { repository: from, digest: to.digest });
  if (source === undefined) {
    throw new RegistryError('invalid', `copy ${name(to)}: ${from} does not have it`);
  }
  const stream = Readable.from(source.chunks, { objectMode: false });
  try {
    await finishUpload(registry, to, session, { body: () => stream, size: source.size });
  } finally {
    stream.destroy();
  }
  return 'copied';
}

async function getBlob(registry: RegistryHttp, at: BlobAt, timeoutMs: number | undefined) {
  const response = await registry.send({
    operation: `get ${name(at)}`,
    method: 'GET',
    path: blobPath(at),
    scopes: pull(at),
    expect: [200, 404],
    ...(timeoutMs !== undefined && { timeoutMs }),
  });
  if (response.status === 200) return response;
  discardBody(response);
  return undefined;
}

/** Returns the upload's address, or `mounted` if the registry mounted the blob from `from`. */
async function startUpload(
  registry: RegistryHttp,
  at: BlobAt,
  from?: RepositoryName,
): Promise<'mounted' | URL> {
  const operation = `start the upload of ${name(at)}`;
  const mount = from === undefined ? '' : `?${new URLSearchParams({ mount: at.digest, from })}`;
  const response = await registry.send({
    operation,
    method: 'POST',
    path: `/v2/${at.repository}/blobs/uploads/${mount}`,
    scopes: from === undefined ? push(at) : [...push(at), { repository: from, actions: ['pull'] }],
    expect: from === undefined ? [202] : [201, 202],
  });
  discardBody(response);
  if (response.status === 201) return 'mounted';
  const location = response.headers.get('location');
  if (location === undefined) {
    throw new RegistryError('unexpected', `${operation}: the response has no upload address`);
  }
  return new URL(location, `https://${registry.host}`);
}

async function finishUpload(
  registry: RegistryHttp,
  at: BlobAt,
  session: 'mounted' | URL,
  content: { readonly body: RequestBodyType; readonly size: string | undefined },
): Promise<void> {
  if (session === 'mounted') return;
  const address = new URL(session);
  address.searchParams.set('digest', at.digest);
  const response = await registry.send({
    operation: `upload ${name(at)}`,
    method: 'PUT',
    path: address.href,
    headers: {
      'content-type': 'application/octet-stream',
      ...(content.size === undefined ? {} : { 'content-length': content.size }),
    },
    body: content.body,
    scopes: push(at),
    expect: [201, 204],
    timeoutMs: LAYER_MS,
  });
  discardBody(response);
}

async function* checked(
  operation: string,
  digest: Digest,
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  const hash = createHash('sha256');
  try {
    for await (const chunk of chunks) {
      hash.update(chunk);
      yield chunk;
    }
  } catch (error) {
    throw registryFailure(operation, error);
  }
  requireDigest(operation, { expected: digest, actual: `sha256:${hash.digest('hex')}` });
}

function pull(at: BlobAt): readonly RegistryScope[] {
  return [{ repository: at.repository, actions: ['pull'] }];
}

function push(at: BlobAt): readonly RegistryScope[] {
  return [{ repository: at.repository, actions: ['pull', 'push'] }];
}

function blobPath(at: BlobAt): string {
  return `/v2/${at.repository}/blobs/${at.digest}`;
}

function name(at: BlobAt): string {
  return `blob ${at.digest} of ${at.repository}`;
}
