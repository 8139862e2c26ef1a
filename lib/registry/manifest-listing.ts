import * as z from 'zod';
import { Digest } from '../image/digest.ts';
import type { RepositoryName } from '../image/reference.ts';
import { readPage, Time } from './acr-listing.ts';
import type { ManifestAttributes, ManifestPage } from './registry.ts';
import type { RegistryHttp } from './registry-http.ts';

/** A manifest in the client's form. */
const AcrManifest = z
  .object({ digest: Digest, createdOn: Time, lastUpdatedOn: Time })
  .transform(({ digest, createdOn, lastUpdatedOn }): ManifestAttributes => {
    const updatedAt = lastUpdatedOn ?? createdOn;
    return { digest, ...(updatedAt !== undefined && { updatedAt }) };
  });

/** One page in digest order, ACR's default order. */
export async function listManifests(
  registry: RegistryHttp,
  repository: RepositoryName,
  after: Digest | undefined,
): Promise<ManifestPage | undefined> {
  const page = await readPage(registry, {
    operation: `list the manifests of ${repository}`,
    path: `/acr/v1/${encodeURIComponent(repository)}/_manifests`,
    scopes: [{ repository, actions: ['metadata_read'] }],
    pages: (client, settings) =>
      client.getRepository(repository).listManifestProperties().byPage(settings),
    item: AcrManifest,
    cursor: (text): Digest | undefined => Digest.safeParse(text).data,
    after,
  });
  if (page === undefined) return undefined;
  return { manifests: page.items, ...(page.next !== undefined && { next: page.next }) };
}
