import type { Digest } from '../image/digest.ts';
import type { RepositoryName } from '../image/reference.ts';
import { type ManifestAttributes, type Registry, RegistryError } from './registry.ts';

const MAX_MANIFESTS = 100_000;

/** Lists every manifest of a repository, tagged or not; none if the repository does not exist. */
export async function allManifests(
  registry: Registry,
  repository: RepositoryName,
): Promise<readonly ManifestAttributes[]> {
  const all: ManifestAttributes[] = [];
  let after: Digest | undefined;
  do {
    const page = await registry.listManifests(repository, after === undefined ? {} : { after });
    all.push(...(page?.manifests ?? []));
    const next = page?.next;
    // Manifests are listed in digest order, so a cursor that does not advance never ends.
    const circle = next !== undefined && after !== undefined && next <= after;
    if (circle || all.length > MAX_MANIFESTS) {
      throw new RegistryError('unexpected', `the listing of ${repository} does not end`);
    }
    after = next;
  } while (after !== undefined);
  return all;
}
