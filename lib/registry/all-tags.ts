import type { RepositoryName, Tag } from '../image/reference.ts';
import { type Registry, RegistryError, type TagAttributes } from './registry.ts';

const MAX_TAGS = 100_000;
/** Pages in a row without a new tag, after which the listing is taken for a circle. */
const MAX_IDLE_PAGES = 10;

/**
 * Lists every tag of a repository, because a patch and its source may be on different pages. Undefined
 * if the repository does not exist.
 */
export async function allTags(
  registry: Registry,
  repository: RepositoryName,
): Promise<Map<Tag, TagAttributes> | undefined> {
  const tags = new Map<Tag, TagAttributes>();
  let after: Tag | undefined;
  let idle = 0;
  do {
    const before = tags.size;
    const page = await registry.listTags(repository, after === undefined ? {} : { after });
    if (page === undefined) return undefined;
    for (const attributes of page.tags) tags.set(attributes.tag, attributes);
    if (tags.size > MAX_TAGS) {
      throw new RegistryError('too-large', `${repository} has more than ${MAX_TAGS} tags`);
    }
    idle = tags.size === before ? idle + 1 : 0;
    if (idle > MAX_IDLE_PAGES) {
      throw new RegistryError('unexpected', `the listing of ${repository} goes in a circle`);
    }
    after = page.next;
  } while (after !== undefined);
  return tags;
}
