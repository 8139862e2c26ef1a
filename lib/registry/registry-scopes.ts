import type { RepositoryName } from '../image/reference.ts';

/** ACR's actions. `/acr/v1` requires `metadata_read`. Source: Azure/acr, AAD-OAuth.md. */
export type RegistryAction = 'pull' | 'push' | 'delete' | 'metadata_read';

export interface RegistryScope {
  readonly repository: RepositoryName;
  readonly actions: readonly RegistryAction[];
}

/** The right to list the names of the repositories. Source: Azure/acr, AAD-OAuth.md. */
export const CATALOG = 'registry:catalog:*';

/** What a token is asked for. */
export type TokenNeed = RegistryScope | typeof CATALOG;

/** Formats scopes for ACR's token endpoint. Sorted, so that equal sets give equal lists. */
export function scopeStrings(scopes: readonly TokenNeed[]): readonly string[] {
  return scopes
    .map((scope) =>
      scope === CATALOG
        ? scope
        : `repository:${scope.repository}:${[...scope.actions].sort().join(',')}`,
    )
    .sort();
}
