import type { PipelineResponse } from '@azure/core-rest-pipeline';
import { z } from 'zod';
import { discardBody, readBody } from '../http/read-body.ts';
import { Digest } from '../image/digest.ts';
import { type RepositoryName, Tag } from '../image/reference.ts';
import { nextLink } from './next-link.ts';
import { RegistryError, type TagAttributes, type TagPage } from './registry.ts';
import { registryFailure } from './registry-errors.ts';
import type { RegistryHttp } from './registry-http.ts';

// Not @azure/container-registry's client: it lists only the tags of one digest, asks for a new token
// whenever the scope changes, and brings retries and a clock of its own beside ours.

/** Asked for; the registry may give fewer, and its Link says whether there are more. */
const PAGE_SIZE = 500;
const MAX_PAGE_BYTES = 8 * 1024 * 1024;

/** ACR writes up to seven digits of a second. What is no time is left out: it decides nothing alone. */
const Time = z.string().transform((text) => {
  const time = new Date(text);
  return Number.isNaN(time.getTime()) ? undefined : time;
});

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
  const query = new URLSearchParams({ n: String(PAGE_SIZE) });
  if (after !== undefined) query.set('last', after);
  const response = await registry.send({
    operation,
    method: 'GET',
    path: `/acr/v1/${repository}/_tags?${query}`,
    scopes: [{ repository, actions: ['metadata_read'] }],
    expect: [200, 404],
  });
  if (response.status === 404) return absent(response);
  const tags = (await readJson(operation, response, TagList)).tags ?? [];
  const next = nextTag(operation, registry, response);
  return next === undefined ? { tags } : { tags, next };
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

/** The cursor of ACR's own link, never its address: where to ask is not the answer's to say. */
function nextTag(
  operation: string,
  registry: RegistryHttp,
  response: PipelineResponse,
): Tag | undefined {
  const link = nextLink(response.headers);
  if (link === undefined) return undefined;
  const base = `https://${registry.host}`;
  const last = URL.canParse(link, base) ? new URL(link, base).searchParams.get('last') : null;
  const tag = Tag.safeParse(last);
  if (tag.success) return tag.data;
  throw new RegistryError('unexpected', `${operation}: the link to the next page names no tag`);
}

function absent(response: PipelineResponse): undefined {
  discardBody(response);
  return undefined;
}

async function readJson<T>(
  operation: string,
  response: PipelineResponse,
  schema: z.ZodType<T>,
): Promise<T> {
  try {
    const bytes = await readBody(response, MAX_PAGE_BYTES);
    return schema.parse(JSON.parse(Buffer.from(bytes).toString('utf8')));
  } catch (error) {
    if (!(error instanceof z.ZodError) && !(error instanceof SyntaxError)) {
      throw registryFailure(operation, error);
    }
    throw new RegistryError('unexpected', `${operation}: the answer is not what ACR documents`, {
      cause: error,
    });
  }
}
