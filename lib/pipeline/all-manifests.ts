import type { RepositoryName } from '../image/reference.ts';
import type { ManifestAttributes, Registry } from '../registry/registry.ts';

/** Every manifest of a repository, tagged or not; none where there is no such repository. */
export async function allManifests(
  registry: Registry,
  repository: RepositoryName,
): Promise<readonly ManifestAttributes[]> {
  const all: ManifestAttributes[] = [];
  let after: ManifestAttributes['digest'] | undefined;
  do {
    const page = await registry.listManifests(repository, after === undefined ? {} : { after });
    all.push(...(page?.manifests ?? []));
    after = page?.next;
  } while (after !== undefined);
  return all;
}
