import { z } from 'zod';
import { Digest } from '../image/digest.ts';
import type { RepositoryName } from '../image/reference.ts';
import { readPage, Time } from './acr-listing.ts';
import type { ManifestAttributes, ManifestPage } from './registry.ts';
import type { RegistryHttp } from './registry-http.ts';

/** A manifest of ACR's `/acr/v1/NAME/_manifests`. Source: azure-rest-api-specs, as for tags. */
const AcrManifest = z
  .object({ digest: Digest, createdTime: Time.optional(), lastUpdateTime: Time.optional() })
  .transform(({ digest, createdTime, lastUpdateTime }): ManifestAttributes => {
    const updatedAt = lastUpdateTime ?? createdTime;
    return { digest, ...(updatedAt !== undefined && { updatedAt }) };
  });
const ManifestList = z.object({ manifests: z.array(AcrManifest).nullish() });

/** One page in digest order, which is ACR's order where none is asked for. */
export async function listManifests(
  registry: RegistryHttp,
  repository: RepositoryName,
  after: Digest | undefined,
): Promise<ManifestPage | undefined> {
  const operation = `list the manifests of ${repository}`;
  const found = await readPage(registry, {
    operation,
    repository,
    list: '_manifests',
    after,
    page: ManifestList,
    cursor: (text): Digest | undefined => Digest.safeParse(text).data,
  });
  if (found === undefined) return undefined;
  const { page, next } = found;
  return { manifests: page.manifests ?? [], ...(next !== undefined && { next }) };
}
