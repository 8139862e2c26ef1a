import type { RepositoryName, Tag } from '../image/reference.ts';
import type { Registry, TagAttributes } from './registry.ts';

/**
 * Lists the tags of a repository page by page: all, or those after a name, which need not exist. Returns
 * false if the repository does not exist. The pages may go in a circle: the caller limits their number.
 */
export async function* tagPages(
  registry: Pick<Registry, 'listTags'>,
  repository: RepositoryName,
  start?: Tag,
): AsyncGenerator<readonly TagAttributes[], boolean> {
  let after = start;
  do {
    const page = await registry.listTags(repository, after === undefined ? {} : { after });
    if (page === undefined) return false;
    yield page.tags;
    after = page.next;
  } while (after !== undefined);
  return true;
}
