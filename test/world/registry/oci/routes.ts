import type { RepositoryName } from '../../../../lib/image/reference.ts';
import { RegistryFault } from '../errors.ts';
import type { RegistryRequest } from '../http.ts';
import { digestIn, referenceIn, repositoryIn } from '../names.ts';
import { ON_CATALOG, type Operation, onRepository, type RegistryContext } from '../operation.ts';
import { CONTENT_PATH, deleteBlob, getBlob, getContent } from './blobs.ts';
import { listRepositories, listTags } from './listings.ts';
import { deleteManifest, getManifest, putManifest } from './manifests.ts';
import { listReferrers } from './referrers.ts';
import {
  appendToUpload,
  cancelUpload,
  finishUpload,
  startUpload,
  uploadStatus,
} from './upload-steps.ts';

const IN_REPOSITORY = /^\/v2\/(.+)\/(manifests|blobs|referrers)\/([^/]+)$/;
const TAGS = /^\/v2\/(.+)\/tags\/list$/;
const UPLOAD = /^\/v2\/(.+)\/blobs\/uploads\/([^/]*)$/;

/** The OCI distribution API 1.1; undefined for other paths. */
export function routeOci(
  context: RegistryContext,
  request: RegistryRequest,
): Operation | undefined {
  const { method, path } = request;
  if (path === '/v2/' || path === '/v2') {
    return { kind: 'ping', access: [], run: () => ({ status: 200, body: '{}' }) };
  }
  if (path.startsWith(CONTENT_PATH)) {
    return { kind: 'blob.content', access: 'open', run: () => getContent(context, request) };
  }
  if (path === '/v2/_catalog' && method === 'GET') {
    return {
      kind: 'catalog.list',
      access: [ON_CATALOG],
      run: () => listRepositories(context, request, path),
    };
  }
  const [, tagsOf] = TAGS.exec(path) ?? [];
  if (tagsOf !== undefined && method === 'GET') {
    const repository = repositoryIn(tagsOf);
    return {
      kind: 'tags.list',
      repository,
      // ACR requires this scope here; other registries accept pull.
      access: [onRepository(repository, 'metadata_read')],
      run: () => listTags(context, request, repository),
    };
  }
  const [, uploadTo, id] = UPLOAD.exec(path) ?? [];
  if (uploadTo !== undefined && id !== undefined) {
    return routeUpload(context, request, repositoryIn(uploadTo), id);
  }
  const [, name, area, reference] = IN_REPOSITORY.exec(path) ?? [];
  if (name === undefined || reference === undefined) {
    return undefined;
  }
  const repository = repositoryIn(name);
  switch (area) {
    case 'manifests':
      return routeManifest(context, request, repository, reference);
    case 'blobs':
      return routeBlob(context, request, repository, reference);
    default:
      return routeReferrers(context, request, repository, reference);
  }
}

function routeManifest(
  context: RegistryContext,
  request: RegistryRequest,
  repository: RepositoryName,
  text: string,
): Operation {
  const reference = referenceIn(text);
  switch (request.method) {
    case 'GET':
    case 'HEAD':
      return {
        kind: request.method === 'GET' ? 'manifest.get' : 'manifest.head',
        repository,
        access: [onRepository(repository, 'pull')],
        run: () => getManifest(context, request, repository, reference),
      };
    case 'PUT':
      return {
        kind: 'manifest.put',
        repository,
        access: [onRepository(repository, 'pull', 'push')],
        run: () => putManifest(context, request, repository, reference),
      };
    case 'DELETE':
      return {
        kind: 'manifest.delete',
        repository,
        access: [onRepository(repository, 'delete')],
        run: () => deleteManifest(context, repository, reference),
      };
    default:
      throw unsupported();
  }
}

function routeBlob(
  context: RegistryContext,
  request: RegistryRequest,
  repository: RepositoryName,
  text: string,
): Operation {
  const digest = digestIn(text);
  switch (request.method) {
    case 'GET':
    case 'HEAD':
      return {
        kind: request.method === 'GET' ? 'blob.get' : 'blob.head',
        repository,
        access: [onRepository(repository, 'pull')],
        run: () => getBlob(context, request, repository, digest),
      };
    case 'DELETE':
      return {
        kind: 'blob.delete',
        repository,
        access: [onRepository(repository, 'delete')],
        run: () => deleteBlob(context, repository, digest),
      };
    default:
      throw unsupported();
  }
}

function routeReferrers(
  context: RegistryContext,
  request: RegistryRequest,
  repository: RepositoryName,
  text: string,
): Operation {
  const digest = digestIn(text);
  if (request.method !== 'GET') {
    throw unsupported();
  }
  return {
    kind: 'referrers.list',
    repository,
    access: [onRepository(repository, 'pull')],
    run: () => listReferrers(context, request, repository, digest),
  };
}

function routeUpload(
  context: RegistryContext,
  request: RegistryRequest,
  repository: RepositoryName,
  id: string,
): Operation {
  const common = { repository, access: [onRepository(repository, 'pull', 'push')] };
  const from = request.query.get('from');
  switch (`${request.method} ${id === '' ? 'all' : 'one'}`) {
    case 'POST all':
      return {
        ...common,
        kind: request.query.has('mount') ? 'upload.mount' : 'upload.start',
        useful: from === null ? [] : [onRepository(repositoryIn(from), 'pull')],
        run: (caller) => startUpload(context, request, repository, caller),
      };
    case 'PATCH one':
      return {
        ...common,
        kind: 'upload.append',
        run: () => appendToUpload(context, request, repository, id),
      };
    case 'PUT one':
      return {
        ...common,
        kind: 'upload.finish',
        run: () => finishUpload(context, request, repository, id),
      };
    case 'GET one':
    case 'HEAD one':
      return {
        ...common,
        kind: 'upload.status',
        run: () => uploadStatus(context, repository, id),
      };
    case 'DELETE one':
      return {
        ...common,
        kind: 'upload.cancel',
        run: () => cancelUpload(context, repository, id),
      };
    default:
      throw unsupported();
  }
}

function unsupported(): RegistryFault {
  return new RegistryFault('UNSUPPORTED', 'The operation is unsupported.');
}
