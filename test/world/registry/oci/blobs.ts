import { randomBytes } from 'node:crypto';
import type { Digest } from '../../../../lib/image/digest.ts';
import type { RepositoryName } from '../../../../lib/image/reference.ts';
import { lockedFault, RegistryFault } from '../errors.ts';
import type { RegistryRequest, Reply } from '../http.ts';
import { ensureReadable, ensureWritable } from '../lookup.ts';
import { digestIn } from '../names.ts';
import type { RegistryContext } from '../operation.ts';
import type { ByteRange } from '../storage/blob-store.ts';
import { parseByteRange } from './byte-range.ts';

/** Represents the storage account to which ACR redirects downloads. */
export const CONTENT_PATH = '/_content/';

export function getBlob(
  context: RegistryContext,
  request: RegistryRequest,
  name: RepositoryName,
  digest: Digest,
): Reply {
  const size = knownSize(context, name, digest);
  if (context.settings().redirectBlobs && request.method === 'GET') {
    const elsewhere = context.host.replace(/^[^:]*/, '127.0.0.1');
    const signature = randomBytes(16).toString('hex');
    return {
      status: 307,
      headers: { Location: `https://${elsewhere}${CONTENT_PATH}${digest}?sig=${signature}` },
    };
  }
  return content(context, request, digest, size);
}

/** Blob storage refuses a request that has another service's token in addition to the signature. */
export function getContent(context: RegistryContext, request: RegistryRequest): Reply {
  const digest = digestIn(request.path.slice(CONTENT_PATH.length));
  const size = context.storage.blobs.size(digest);
  if (request.headers.authorization !== undefined) {
    throw new RegistryFault('VALIDATION', 'Authentication information is not given correctly.');
  }
  if (size === undefined || !request.query.has('sig')) {
    throw new RegistryFault('NOT_FOUND', 'The specified blob does not exist.');
  }
  return content(context, request, digest, size);
}

export async function deleteBlob(
  context: RegistryContext,
  name: RepositoryName,
  digest: Digest,
): Promise<Reply> {
  knownSize(context, name, digest);
  const repository = context.storage.obtain(name);
  ensureWritable(repository);
  if (!repository.attributes.deleteEnabled) {
    throw lockedFault();
  }
  await context.storage.unlinkBlob(repository, digest);
  return { status: 202, headers: { 'Docker-Content-Digest': digest } };
}

function content(
  context: RegistryContext,
  request: RegistryRequest,
  digest: Digest,
  size: number,
): Reply {
  const headers = {
    'Content-Type': 'application/octet-stream',
    'Docker-Content-Digest': digest,
    'Accept-Ranges': 'bytes',
  };
  const range = parseByteRange(request.headers.range, size);
  if (range === undefined) {
    return {
      status: 200,
      headers: { ...headers, 'Content-Length': String(size) },
      body: () => context.storage.blobs.open(digest),
    };
  }
  return {
    status: 206,
    headers: {
      ...headers,
      'Content-Length': String(length(range)),
      'Content-Range': `bytes ${range.start}-${range.end}/${size}`,
    },
    body: () => context.storage.blobs.open(digest, range),
  };
}

function length(range: ByteRange): number {
  return range.end - range.start + 1;
}

function knownSize(context: RegistryContext, name: RepositoryName, digest: Digest): number {
  const size = context.storage.blobSize(name, digest);
  if (size === undefined) {
    throw new RegistryFault('BLOB_UNKNOWN', 'blob unknown to registry', { detail: { digest } });
  }
  ensureReadable(context.storage.find(name));
  return size;
}
