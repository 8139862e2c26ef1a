import type { RepositoryName, Tag } from '../image/reference.ts';
import { type Registry, RegistryError, type TagAttributes } from './registry.ts';
import { tagPages } from './tag-pages.ts';

const MAX_TAGS = 100_000;
/** Pages in a row without a new tag, after which the listing is taken for a circle. */
const MAX_IDLE_PAGES = 10;

/**
 * Lists every tag of a repository, because a patch and its source may be on different pages. Undefined
 * if the repository does not exist.
 */
export async function allTags(
  registry: Pick<Registry, 'listTags'>,
  repository: RepositoryName,
  /** True once the caller has seen enough: the pages after it are not read. */
  isEnough: (tags: ReadonlyMap<Tag, TagAttributes>) => boolean = () => false,
): Promise<Map<Tag, TagAttributes> | undefined> {
  const tags = new Map<Tag, TagAttributes>();
  let idle = 0;
  const pages = tagPages(registry, repository);
  for (let page = await pages.next(); ; page = await pages.next()) {
    if (page.done === true) return page.value ? tags : undefined;
    const before = tags.size;
    for (const attributes of page.value) tags.set(attributes.tag, attributes);
    if (isEnough(tags)) return tags;
    if (tags.size > MAX_TAGS) {
      throw new RegistryError('too-large', `${repository} has more than ${MAX_TAGS} tags`);
    }
    idle = tags.size === before ? idle + 1 : 0;
    if (idle > MAX_IDLE_PAGES) {
      throw new RegistryError('unexpected', `the listing of ${repository} goes in a circle`);
    }
  }
}
