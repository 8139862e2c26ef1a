import type { RepositoryName, Tag } from '../image/reference.ts';
import type { Registry, TagAttributes } from '../registry/registry.ts';

const MAX_TAGS = 100_000;

/**
 * Every tag of a repository, since whose patch a tag is can't be told from one page. Undefined where
 * there is no such repository.
 */
export async function allTags(
  registry: Registry,
  repository: RepositoryName,
): Promise<Map<Tag, TagAttributes> | undefined> {
  const tags = new Map<Tag, TagAttributes>();
  let after: Tag | undefined;
  do {
    const page = await registry.listTags(repository, after === undefined ? {} : { after });
    if (page === undefined) return undefined;
    for (const attributes of page.tags) tags.set(attributes.tag, attributes);
    if (tags.size > MAX_TAGS) throw new Error(`${repository} has more than ${MAX_TAGS} tags`);
    after = page.next;
  } while (after !== undefined);
  return tags;
}
