import type { RepositoryName } from '../image/reference.ts';

/** ACR's actions. `/acr/v1` requires `metadata_read`. Source: Azure/acr, AAD-OAuth.md. */
export type RegistryAction = 'pull' | 'push' | 'delete' | 'metadata_read';

export interface RegistryScope {
  readonly repository: RepositoryName;
  readonly actions: readonly RegistryAction[];
}

/** Formats scopes for ACR's token endpoint. Sorted, so that equal sets give equal lists. */
export function scopeStrings(scopes: readonly RegistryScope[]): readonly string[] {
  return scopes
    .map(({ repository, actions }) => `repository:${repository}:${[...actions].sort().join(',')}`)
    .sort();
}
