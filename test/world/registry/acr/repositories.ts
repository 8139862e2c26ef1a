import type { RepositoryName } from '../../../../lib/image/reference.ts';
import { jsonReply, type RegistryRequest, type Reply } from '../http.ts';
import { ensureDeletable, knownRepository } from '../lookup.ts';
import type { RegistryContext } from '../operation.ts';
import { changeAttributes } from './attributes.ts';
import { repositoryShape } from './shapes.ts';

export function getRepository(context: RegistryContext, name: RepositoryName): Reply {
  return jsonReply(repositoryShape(context.host, knownRepository(context.storage, name)));
}

export async function updateRepository(
  context: RegistryContext,
  request: RegistryRequest,
  name: RepositoryName,
): Promise<Reply> {
  await changeAttributes(knownRepository(context.storage, name), request, context.now());
  return getRepository(context, name);
}

/** Refused if anything in it is locked. */
export async function deleteRepository(
  context: RegistryContext,
  name: RepositoryName,
): Promise<Reply> {
  const repository = knownRepository(context.storage, name);
  ensureDeletable(repository, ...repository.manifests.values(), ...repository.tags.values());
  const deleted = {
    manifestsDeleted: [...repository.manifests.keys()],
    tagsDeleted: [...repository.tags.keys()],
  };
  await context.storage.deleteRepository(repository);
  return jsonReply(deleted, { status: 202 });
}
