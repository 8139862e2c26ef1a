import type { RepositoryName } from '../../../../lib/image/reference.ts';
import { jsonReply, type RegistryRequest, type Reply } from '../http.ts';
import { knownRepository } from '../lookup.ts';
import type { RegistryContext } from '../operation.ts';
import { linkHeader, pageOf } from '../paging.ts';
import { byName } from '../storage/repository.ts';

export function listRepositories(
  context: RegistryContext,
  request: RegistryRequest,
  path: '/v2/_catalog' | '/acr/v1/_catalog',
): Reply {
  const names = context.storage
    .repositories()
    .filter((repository) => repository.attributes.listEnabled)
    .map((repository) => repository.name);
  const page = pageOf(names, request.query, (name) => name);
  return jsonReply(
    { repositories: page.items },
    { headers: linkHeader(path, page, path.startsWith('/acr') ? { orderby: '' } : {}) },
  );
}

export function listTags(
  context: RegistryContext,
  request: RegistryRequest,
  name: RepositoryName,
): Reply {
  const tags = [...knownRepository(context.storage, name).tags.values()]
    .filter((tag) => tag.attributes.listEnabled)
    .map((tag) => tag.name)
    .sort(byName);
  const page = pageOf(tags, request.query, (tag) => tag);
  return jsonReply(
    { name, tags: page.items },
    { headers: linkHeader(`/v2/${name}/tags/list`, page) },
  );
}
