import * as z from 'zod';
import { Digest } from '../image/digest.ts';
import { type RepositoryName, Tag } from '../image/reference.ts';
import { askAcr } from './acr-client.ts';
import { readPage, Time } from './acr-listing.ts';
import { RegistryError, type TagAttributes, type TagPage } from './registry.ts';
import type { RegistryHttp } from './registry-http.ts';

/** A tag in the client's form. */
const AcrTag = z
  .object({
    name: Tag,
    digest: Digest,
    createdOn: Time,
    lastUpdatedOn: Time,
    canWrite: z.boolean().optional().catch(undefined),
  })
  .transform(
    ({ name, digest, createdOn, lastUpdatedOn, canWrite }): TagAttributes => ({
      tag: name,
      digest,
      ...(canWrite === false && { locked: true }),
      ...(createdOn !== undefined && { createdAt: createdOn }),
      ...(lastUpdatedOn !== undefined && { updatedAt: lastUpdatedOn }),
    }),
  );

/** The client lists tags through an artifact. Any name works, and the whole repository is listed. */
const ANY_ARTIFACT = 'latest';

/** One page in name order, ACR's default order. */
export async function listTags(
  registry: RegistryHttp,
  repository: RepositoryName,
  after: Tag | undefined,
): Promise<TagPage | undefined> {
  const page = await readPage(registry, {
    operation: `list the tags of ${repository}`,
    path: `/acr/v1/${encodeURIComponent(repository)}/_tags`,
    scopes: [{ repository, actions: ['metadata_read'] }],
    pages: (client, settings) =>
      client.getArtifact(repository, ANY_ARTIFACT).listTagProperties().byPage(settings),
    item: AcrTag,
    cursor: (text): Tag | undefined => Tag.safeParse(text).data,
    after,
  });
  if (page === undefined) return undefined;
  return { tags: page.items, ...(page.next !== undefined && { next: page.next }) };
}

export async function readTag(
  registry: RegistryHttp,
  repository: RepositoryName,
  tag: Tag,
): Promise<TagAttributes | undefined> {
  const operation = `look up ${repository}:${tag}`;
  const scopes = [{ repository, actions: ['metadata_read'] as const }];
  const found = await askAcr(registry, { operation, scopes, success: 200 }, (client) =>
    client.getArtifact(repository, tag).getTagProperties(tag),
  );
  if (found === undefined) return undefined;
  const parsed = AcrTag.safeParse(found);
  if (parsed.success) return parsed.data;
  throw new RegistryError('unexpected', `${operation}: the response is not in ACR's format`, {
    cause: parsed.error,
  });
}
