import { RepositoryName } from '../image/reference.ts';
import { readPage } from './acr-listing.ts';
import { RegistryError } from './registry.ts';
import { RegistryHttp, type RegistryHttpOptions } from './registry-http.ts';
import { CATALOG } from './registry-scopes.ts';

export interface RepositoryPage {
  readonly repositories: readonly RepositoryName[];
  /** Pass it as `after` to get the next page; absent on the last page. */
  readonly next?: RepositoryName;
}

/** Port: the names of the repositories. Only people ask: the app has no right to list them. */
export interface RepositoryListing {
  /** One page of names in order. Throws RegistryError. */
  listRepositories(after?: RepositoryName): Promise<RepositoryPage>;
}

/** The catalog of an Azure Container Registry (`GET /acr/v1/_catalog`). */
export class AcrRepositoryListing implements RepositoryListing {
  readonly #registry: RegistryHttp;

  constructor(options: RegistryHttpOptions) {
    this.#registry = new RegistryHttp(options);
  }

  async listRepositories(after?: RepositoryName): Promise<RepositoryPage> {
    const operation = 'list the repositories';
    const page = await readPage(this.#registry, {
      operation,
      path: '/acr/v1/_catalog',
      scopes: [CATALOG],
      pages: (client, settings) => client.listRepositoryNames().byPage(settings),
      item: RepositoryName.transform((name): RepositoryName => name),
      cursor: (text): RepositoryName | undefined => RepositoryName.safeParse(text).data,
      after,
    });
    if (page === undefined) {
      throw new RegistryError('unexpected', `${operation}: the registry has no such list`);
    }
    return { repositories: page.items, ...(page.next !== undefined && { next: page.next }) };
  }
}
