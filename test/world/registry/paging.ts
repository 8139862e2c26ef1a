import { RegistryFault } from './errors.ts';

/** ACR's page sizes: 100 by default, at most 1000. */
const DEFAULT_SIZE = 100;
const MAX_SIZE = 1000;

export interface Page<T> {
  readonly items: readonly T[];
  /** The name after which the next page starts; undefined on the last page. */
  readonly last: string | undefined;
  readonly size: number;
}

/** The page requested by `n` and `last`. @throws RegistryFault `PAGINATION_NUMBER_INVALID`. */
export function pageOf<T>(
  items: readonly T[],
  query: URLSearchParams,
  nameOf: (item: T) => string,
): Page<T> {
  const size = pageSize(query.get('n'));
  const after = query.get('last');
  const start = after ? startAfter(items.map(nameOf), after) : 0;
  const shown = items.slice(start, start + size);
  const end = shown.at(-1);
  const more = start + size < items.length;
  return { items: shown, last: more && end !== undefined ? nameOf(end) : undefined, size };
}

/** The `Link` header of a page with a next page (RFC 5988). */
export function linkHeader<T>(
  path: string,
  page: Page<T>,
  rest: Readonly<Record<string, string>> = {},
): Readonly<Record<string, string>> {
  if (page.last === undefined) {
    return {};
  }
  const query = new URLSearchParams({ last: page.last, n: String(page.size), ...rest });
  return { Link: `<${path}?${query}>; rel="next"` };
}

function pageSize(text: string | null): number {
  if (text === null || text === '') {
    return DEFAULT_SIZE;
  }
  const size = Number(text);
  if (!Number.isInteger(size) || size < 0) {
    throw new RegistryFault('PAGINATION_NUMBER_INVALID', 'invalid number of results requested', {
      detail: { n: text },
    });
  }
  return Math.min(size, MAX_SIZE);
}

/** Finds the start after a name, also if the name was deleted since. */
function startAfter(names: readonly string[], after: string): number {
  const index = names.indexOf(after);
  if (index >= 0) {
    return index + 1;
  }
  const next = names.findIndex((name) => name > after);
  return next < 0 ? names.length : next;
}
