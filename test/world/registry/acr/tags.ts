import type { RepositoryName, Tag } from '../../../../lib/image/reference.ts';
import { jsonReply, type RegistryRequest, type Reply } from '../http.ts';
import { ensureDeletable, knownRepository, knownTag } from '../lookup.ts';
import type { RegistryContext } from '../operation.ts';
import { linkHeader, pageOf } from '../paging.ts';
import { changeAttributes } from './attributes.ts';
import { inOrder } from './order.ts';
import { filledList, tagShape } from './shapes.ts';

export function listTagAttributes(
  context: RegistryContext,
  request: RegistryRequest,
  name: RepositoryName,
): Reply {
  const repository = knownRepository(context.storage, name);
  const digest = request.query.get('digest');
  const orderby = request.query.get('orderby') ?? '';
  const tags = [...repository.tags.values()]
    .filter((tag) => tag.attributes.listEnabled)
    .filter((tag) => !digest || tag.digest === digest);
  const page = pageOf(inOrder(tags, orderby, nameOf), request.query, nameOf);
  const path = `/acr/v1/${encodeURIComponent(name)}/_tags`;
  const rest = { orderby, ...(digest ? { digest } : {}) };
  return jsonReply(
    { registry: context.host, imageName: name, ...filledList('tags', page.items.map(tagShape)) },
    { headers: linkHeader(path, page, rest) },
  );
}

export function getTagAttributes(context: RegistryContext, name: RepositoryName, tag: Tag): Reply {
  const record = knownTag(knownRepository(context.storage, name), tag);
  return jsonReply({ registry: context.host, imageName: name, tag: tagShape(record) });
}

export async function updateTagAttributes(
  context: RegistryContext,
  request: RegistryRequest,
  name: RepositoryName,
  tag: Tag,
): Promise<Reply> {
  const record = knownTag(knownRepository(context.storage, name), tag);
  await changeAttributes(record, request, context.now());
  return getTagAttributes(context, name, tag);
}

/** Deletes only the tag; its manifest stays. */
export function deleteTag(context: RegistryContext, name: RepositoryName, tag: Tag): Reply {
  const repository = knownRepository(context.storage, name);
  ensureDeletable(repository, knownTag(repository, tag));
  repository.tags.delete(tag);
  return { status: 202 };
}

function nameOf(tag: { readonly name: string }): string {
  return tag.name;
}
