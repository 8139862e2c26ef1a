import type { RepositoryName } from '../image/reference.ts';
import { RegistryError } from './registry.ts';
import type { RepositoryListing } from './repository-listing.ts';

const MAX_REPOSITORIES = 100_000;
/** Pages in a row without a new name, after which the listing is taken for a circle. */
const MAX_IDLE_PAGES = 10;

/** Lists every repository page by page. Undefined if stopped. Throws RegistryError. */
export async function allRepositories(
  listing: RepositoryListing,
  { stop, tell }: { readonly stop: AbortSignal; readonly tell: (count: number) => void },
): Promise<ReadonlySet<RepositoryName> | undefined> {
  const names = new Set<RepositoryName>();
  let idle = 0;
  let after: RepositoryName | undefined;
  do {
    if (stop.aborted) return undefined;
    const page = await listing.listRepositories(after);
    const before = names.size;
    for (const name of page.repositories) names.add(name);
    if (names.size > MAX_REPOSITORIES) {
      const most = `the registry has more than ${MAX_REPOSITORIES} repositories`;
      throw new RegistryError('too-large', most);
    }
    idle = names.size === before ? idle + 1 : 0;
    if (idle > MAX_IDLE_PAGES) {
      throw new RegistryError('unexpected', 'the listing of the repositories goes in a circle');
    }
    tell(names.size);
    after = page.next;
  } while (after !== undefined);
  return names;
}
