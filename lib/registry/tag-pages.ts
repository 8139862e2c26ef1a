import type { RepositoryName, Tag } from '../image/reference.ts';
import type { Registry, TagAttributes } from './registry.ts';

/**
 * Lists the tags of a repository after a name, which need not exist, page by page; none if the
 * repository does not exist. The pages may go in a circle: the caller limits their number.
 */
export async function* tagPages(
  registry: Pick<Registry, 'listTags'>,
  repository: RepositoryName,
  start: Tag,
): AsyncGenerator<readonly TagAttributes[]> {
  let after: Tag | undefined = start;
  while (after !== undefined) {
    const page = await registry.listTags(repository, { after });
    if (page === undefined) return;
    yield page.tags;
    after = page.next;
  }
}
