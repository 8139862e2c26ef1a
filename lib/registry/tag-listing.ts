import { z } from 'zod';
import { Digest } from '../image/digest.ts';
import { type RepositoryName, Tag } from '../image/reference.ts';
import { absent, readJson, readPage, Time } from './acr-listing.ts';
import type { TagAttributes, TagPage } from './registry.ts';
import type { RegistryHttp } from './registry-http.ts';

// Not @azure/container-registry's client: it lists only the tags of one digest, asks for a new token
// whenever the scope changes, and brings retries and a clock of its own beside ours.

/** A tag of ACR's `/acr/v1/NAME/_tags`. Source: azure-rest-api-specs, containerregistry 2021-07-01. */
const AcrTag = z
  .object({
    name: Tag,
    digest: Digest,
    createdTime: Time.optional(),
    lastUpdateTime: Time.optional(),
    changeableAttributes: z.object({ writeEnabled: z.boolean().optional() }).optional(),
  })
  .transform(
    ({ name, digest, createdTime, lastUpdateTime, changeableAttributes }): TagAttributes => ({
      tag: name,
      digest,
      writable: changeableAttributes?.writeEnabled ?? true,
      ...(createdTime !== undefined && { createdAt: createdTime }),
      ...(lastUpdateTime !== undefined && { updatedAt: lastUpdateTime }),
    }),
  );
const TagList = z.object({ tags: z.array(AcrTag).nullish() });
const OneTag = z.object({ tag: AcrTag });

/** One page in name order, which is ACR's order where none is asked for. */
export async function listTags(
  registry: RegistryHttp,
  repository: RepositoryName,
  after: Tag | undefined,
): Promise<TagPage | undefined> {
  const operation = `list the tags of ${repository}`;
  const found = await readPage(registry, {
    operation,
    repository,
    list: '_tags',
    after,
    page: TagList,
    cursor: (text): Tag | undefined => Tag.safeParse(text).data,
  });
  if (found === undefined) return undefined;
  const { page, next } = found;
  return { tags: page.tags ?? [], ...(next !== undefined && { next }) };
}

export async function readTag(
  registry: RegistryHttp,
  repository: RepositoryName,
  tag: Tag,
): Promise<TagAttributes | undefined> {
  const operation = `look up ${repository}:${tag}`;
  const response = await registry.send({
    operation,
    method: 'GET',
    path: `/acr/v1/${repository}/_tags/${tag}`,
    scopes: [{ repository, actions: ['metadata_read'] }],
    expect: [200, 404],
  });
  if (response.status === 404) return absent(response);
  return (await readJson(operation, response, OneTag)).tag;
}
