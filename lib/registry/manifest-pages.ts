import type { Digest } from '../image/digest.ts';
import type { RepositoryName } from '../image/reference.ts';
import { type ManifestAttributes, type Registry, RegistryError } from './registry.ts';

/**
 * Lists every manifest of a repository, tagged or not, page by page; none if the repository does not
 * exist. The caller may delete listed manifests before it asks for the next page.
 */
export async function* manifestPages(
  registry: Pick<Registry, 'listManifests'>,
  repository: RepositoryName,
): AsyncGenerator<readonly ManifestAttributes[]> {
  let after: Digest | undefined;
  do {
    const page = await registry.listManifests(repository, after === undefined ? {} : { after });
    if (page === undefined) return;
    yield page.manifests;
    // Manifests are listed in digest order, so a cursor that does not advance never ends.
    if (page.next !== undefined && after !== undefined && page.next <= after) {
      throw new RegistryError('unexpected', `the listing of ${repository} does not end`);
    }
    after = page.next;
  } while (after !== undefined);
}
