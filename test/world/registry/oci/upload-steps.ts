import type { Digest } from '../../../../lib/image/digest.ts';
import type { RepositoryName } from '../../../../lib/image/reference.ts';
import type { RegistryRequest, Reply } from '../http.ts';
import { ensureWritable } from '../lookup.ts';
import { digestIn, repositoryIn } from '../names.ts';
import { type Caller, onRepository, type RegistryContext } from '../operation.ts';
import { uploadHeaders } from './uploads.ts';

/** POST: mounts if requested and possible, stores the blob if it is included, else starts an upload. */
export async function startUpload(
  context: RegistryContext,
  request: RegistryRequest,
  name: RepositoryName,
  caller: Caller,
): Promise<Reply> {
  ensureWritable(context.storage.find(name));
  const mounted = mountFrom(context, request, caller);
  if (mounted !== undefined) {
    context.storage.linkBlob(name, mounted);
    return created(name, mounted);
  }
  const digest = request.query.get('digest');
  if (digest !== null) {
    return created(name, await context.storage.addBlob(name, request.body, digestIn(digest)));
  }
  return { status: 202, headers: uploadHeaders(context.uploads.begin(name)) };
}

export async function appendToUpload(
  context: RegistryContext,
  request: RegistryRequest,
  name: RepositoryName,
  id: string,
): Promise<Reply> {
  const upload = context.uploads.find(name, id);
  ensureWritable(context.storage.find(name));
  await context.uploads.append(upload, request);
  return { status: 202, headers: uploadHeaders(upload) };
}

export async function finishUpload(
  context: RegistryContext,
  request: RegistryRequest,
  name: RepositoryName,
  id: string,
): Promise<Reply> {
  const upload = context.uploads.find(name, id);
  const digest = digestIn(request.query.get('digest') ?? '');
  ensureWritable(context.storage.find(name));
  await context.uploads.append(upload, request);
  await context.uploads.finish(upload, digest);
  return created(name, digest);
}

export function uploadStatus(context: RegistryContext, name: RepositoryName, id: string): Reply {
  return { status: 204, headers: uploadHeaders(context.uploads.find(name, id)) };
}

export async function cancelUpload(
  context: RegistryContext,
  name: RepositoryName,
  id: string,
): Promise<Reply> {
  await context.uploads.cancel(context.uploads.find(name, id));
  return { status: 204 };
}

/** The blob to mount; undefined if the registry refuses, which the client learns from a 202. */
function mountFrom(
  context: RegistryContext,
  request: RegistryRequest,
  caller: Caller,
): Digest | undefined {
  const mount = request.query.get('mount');
  const from = request.query.get('from');
  if (mount === null || from === null || context.settings().mountsRefused) {
    return undefined;
  }
  const digest = digestIn(mount);
  const source = repositoryIn(from);
  const readable = caller.may(onRepository(source, 'pull'));
  return readable && context.storage.blobSize(source, digest) !== undefined ? digest : undefined;
}

function created(name: RepositoryName, digest: Digest): Reply {
  return {
    status: 201,
    headers: { Location: `/v2/${name}/blobs/${digest}`, 'Docker-Content-Digest': digest },
  };
}
