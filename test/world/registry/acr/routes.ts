import { RegistryFault } from '../errors.ts';
import type { RegistryRequest } from '../http.ts';
import { digestIn, repositoryIn, tagIn } from '../names.ts';
import { listRepositories } from '../oci/listings.ts';
import { ON_CATALOG, type Operation, onRepository, type RegistryContext } from '../operation.ts';
import {
  getManifestAttributes,
  listManifestAttributes,
  updateManifestAttributes,
} from './manifests.ts';
import { deleteRepository, getRepository, updateRepository } from './repositories.ts';
import { deleteTag, getTagAttributes, listTagAttributes, updateTagAttributes } from './tags.ts';

const IN_REPOSITORY = /^\/acr\/v1\/(.+?)(?:\/(_tags|_manifests)(?:\/([^/]+))?)?$/;

/** ACR's own API; undefined for other paths. */
export function routeAcr(
  context: RegistryContext,
  request: RegistryRequest,
): Operation | undefined {
  const { method, path } = request;
  if (path === '/acr/v1/_catalog' && method === 'GET') {
    return {
      kind: 'acr.catalog',
      access: [ON_CATALOG],
      run: () => listRepositories(context, request, path),
    };
  }
  const [, name, area = 'repository', item] = IN_REPOSITORY.exec(path) ?? [];
  if (name === undefined) {
    return undefined;
  }
  const repository = repositoryIn(name);
  const read = { repository, access: [onRepository(repository, 'metadata_read')] };
  const write = { repository, access: [onRepository(repository, 'metadata_write')] };
  const remove = { repository, access: [onRepository(repository, 'delete')] };
  switch (`${method} ${area}${item === undefined ? '' : '/one'}`) {
    case 'GET repository':
      return { ...read, kind: 'acr.repository.get', run: () => getRepository(context, repository) };
    case 'PATCH repository':
      return {
        ...write,
        kind: 'acr.repository.update',
        run: () => updateRepository(context, request, repository),
      };
    case 'DELETE repository':
      return {
        ...remove,
        kind: 'acr.repository.delete',
        run: () => deleteRepository(context, repository),
      };
    case 'GET _tags':
      return {
        ...read,
        kind: 'acr.tags.list',
        run: () => listTagAttributes(context, request, repository),
      };
    case 'GET _tags/one':
      return {
        ...read,
        kind: 'acr.tag.get',
        run: () => getTagAttributes(context, repository, tagIn(item ?? '')),
      };
    case 'PATCH _tags/one':
      return {
        ...write,
        kind: 'acr.tag.update',
        run: () => updateTagAttributes(context, request, repository, tagIn(item ?? '')),
      };
    case 'DELETE _tags/one':
      return {
        ...remove,
        kind: 'acr.tag.delete',
        run: () => deleteTag(context, repository, tagIn(item ?? '')),
      };
    case 'GET _manifests':
      return {
        ...read,
        kind: 'acr.manifests.list',
        run: () => listManifestAttributes(context, request, repository),
      };
    case 'GET _manifests/one':
      return {
        ...read,
        kind: 'acr.manifest.get',
        run: () => getManifestAttributes(context, repository, digestIn(item ?? '')),
      };
    case 'PATCH _manifests/one':
      return {
        ...write,
        kind: 'acr.manifest.update',
        run: () => updateManifestAttributes(context, request, repository, digestIn(item ?? '')),
      };
    default:
      throw new RegistryFault('UNSUPPORTED', 'The operation is unsupported.');
  }
}
