import type { ContainerRegistryClient } from '@azure/container-registry';
import * as z from 'zod';
import { items } from '../json/items.ts';
import { askAcr } from './acr-client.ts';
import { RegistryError } from './registry.ts';
import type { RegistryHttp } from './registry-http.ts';
import type { TokenNeed } from './registry-scopes.ts';

/** Requested items per page. The registry may return fewer; its link says whether more follow. */
const PAGE_SIZE = 500;
const MOST_ITEMS = 5_000;

/** A time from ACR. An invalid time becomes undefined. */
export const Time = z.date().optional().catch(undefined);

/** The input and the output of the client's `byPage`. */
interface PageSettings {
  readonly maxPageSize: number;
  readonly continuationToken?: string;
}
type ClientPage = readonly unknown[] & { readonly continuationToken?: string };

/** Reads one page of a list of ACR; undefined if there is no such list. */
export async function readPage<Item, Cursor extends string>(
  registry: RegistryHttp,
  what: {
    readonly operation: string;
    /** `/acr/v1/NAME/_tags`, for example. */
    readonly path: `/acr/v1/${string}`;
    readonly scopes: readonly TokenNeed[];
    readonly pages: (
      client: ContainerRegistryClient,
      settings: PageSettings,
    ) => AsyncIterableIterator<ClientPage>;
    readonly item: z.ZodType<Item>;
    /** Parses the cursor; undefined if the text is not one. */
    readonly cursor: (text: string | null) => Cursor | undefined;
    readonly after: Cursor | undefined;
  },
): Promise<{ readonly items: readonly Item[]; readonly next: Cursor | undefined } | undefined> {
  const { operation, path, scopes, after } = what;
  const answer = await askAcr(registry, { operation, scopes, success: 200 }, (client) =>
    what.pages(client, settingsOf(path, after)).next(),
  );
  if (answer === undefined) return undefined;
  // For a repository without items, ACR returns null instead of a list, and the client no page.
  if (answer.done === true) return { items: [], next: undefined };
  const page = items(what.item, { most: MOST_ITEMS }).safeParse(answer.value);
  if (!page.success) {
    throw new RegistryError('unexpected', `${operation}: the response is not in ACR's format`, {
      cause: page.error,
    });
  }
  const link = answer.value.continuationToken;
  return { items: page.data, next: nextCursor(operation, link, what.cursor) };
}

/**
 * The client's continuation token is the address of the next page. It is built here from the last item,
 * so that a response can't choose the next address.
 */
function settingsOf(path: string, after: string | undefined): PageSettings {
  if (after === undefined) return { maxPageSize: PAGE_SIZE };
  const query = new URLSearchParams({ last: after, n: String(PAGE_SIZE) });
  return { maxPageSize: PAGE_SIZE, continuationToken: `${path}?${query}` };
}

/** Takes only the name of the last item from ACR's link, never the address. */
function nextCursor<Cursor>(
  operation: string,
  link: string | undefined,
  cursor: (text: string | null) => Cursor | undefined,
): Cursor | undefined {
  if (link === undefined) return undefined;
  const base = 'https://registry.invalid';
  const last = URL.canParse(link, base) ? new URL(link, base).searchParams.get('last') : null;
  const next = cursor(last);
  if (next !== undefined) return next;
  throw new RegistryError('unexpected', `${operation}: the link to the next page has no cursor`);
}
