import type { RepositoryName } from '../image/reference.ts';

/** ACR's actions; `metadata_read` is what `/acr/v1` asks for. Source: Azure/acr, AAD-OAuth.md. */
export type RegistryAction = 'pull' | 'push' | 'delete' | 'metadata_read';

export interface RegistryScope {
  readonly repository: RepositoryName;
  readonly actions: readonly RegistryAction[];
}

/** The scopes as ACR's token endpoint takes them, sorted: equal sets give equal lists. */
export function scopeStrings(scopes: readonly RegistryScope[]): readonly string[] {
  return scopes
    .map(({ repository, actions }) => `repository:${repository}:${[...actions].sort().join(',')}`)
    .sort();
}
