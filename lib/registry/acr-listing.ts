import type { PipelineResponse } from '@azure/core-rest-pipeline';
import { z } from 'zod';
import { discardBody, readBody } from '../http/read-body.ts';
import type { RepositoryName } from '../image/reference.ts';
import { nextLink } from './next-link.ts';
import { RegistryError } from './registry.ts';
import { registryFailure } from './registry-errors.ts';
import type { RegistryHttp } from './registry-http.ts';

/** Asked for; the registry may give fewer, and its Link says whether there are more. */
const PAGE_SIZE = 500;
const MAX_PAGE_BYTES = 8 * 1024 * 1024;

/** ACR writes up to seven digits of a second. What is no time is left out: it decides nothing alone. */
export const Time = z.string().transform((text) => {
  const time = new Date(text);
  return Number.isNaN(time.getTime()) ? undefined : time;
});

/** One page of ACR's `/acr/v1/NAME/LIST`; undefined where there is no such repository. */
export async function readPage<Page, Cursor extends string>(
  registry: RegistryHttp,
  what: {
    readonly operation: string;
    readonly repository: RepositoryName;
    readonly list: '_tags' | '_manifests';
    readonly after: Cursor | undefined;
    readonly page: z.ZodType<Page>;
    /** Undefined: it is none. */
    readonly cursor: (text: string | null) => Cursor | undefined;
  },
): Promise<{ readonly page: Page; readonly next: Cursor | undefined } | undefined> {
  const { operation, repository, list, after } = what;
  const query = new URLSearchParams({ n: String(PAGE_SIZE) });
  if (after !== undefined) query.set('last', after);
  const response = await registry.send({
    operation,
    method: 'GET',
    path: `/acr/v1/${repository}/${list}?${query}`,
    scopes: [{ repository, actions: ['metadata_read'] }],
    expect: [200, 404],
  });
  if (response.status === 404) return absent(response);
  const page = await readJson(operation, response, what.page);
  return { page, next: nextCursor(operation, registry, response, what.cursor) };
}

/** The cursor of ACR's own link, never its address: where to ask is not the answer's to say. */
function nextCursor<Cursor>(
  operation: string,
  registry: RegistryHttp,
  response: PipelineResponse,
  cursor: (text: string | null) => Cursor | undefined,
): Cursor | undefined {
  const link = nextLink(response.headers);
  if (link === undefined) return undefined;
  const base = `https://${registry.host}`;
  const last = URL.canParse(link, base) ? new URL(link, base).searchParams.get('last') : null;
  const next = cursor(last);
  if (next !== undefined) return next;
  throw new RegistryError('unexpected', `${operation}: the link to the next page names no item`);
}

export function absent(response: PipelineResponse): undefined {
  discardBody(response);
  return undefined;
}

export async function readJson<T>(
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
