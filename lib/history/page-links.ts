/** Where the app serves the page for people. */
export const PAGE_PATH = '/api/dashboard';

const IMAGE = '#/images/';
const RUN = '#/runs/';

/** What the page shows. Its address keeps this after `#`, so that it can be shared. */
export type PageView =
  | { readonly page: 'overview' }
  | { readonly page: 'image'; readonly image: string }
  | { readonly page: 'run'; readonly run: string };

/** The part of the page's address that shows this image: a name that `findImage` accepts. */
export function imageLink(image: string): string {
  return IMAGE + encoded(image);
}

/** The part of the page's address that shows this run: a name that `findRun` accepts. */
export function runLink(run: string): string {
  return RUN + encoded(run);
}

/** What the part after `#` shows. The overview, if it is no such link. */
export function viewOfLink(hash: string): PageView {
  const image = nameAfter(IMAGE, hash);
  if (image !== undefined) return { page: 'image', image };
  const run = nameAfter(RUN, hash);
  return run === undefined ? { page: 'overview' } : { page: 'run', run };
}

/** The slashes and colons of a name stay readable. */
function encoded(name: string): string {
  return name.split('/').map(encodeURIComponent).join('/').replaceAll('%3A', ':');
}

function nameAfter(beginning: string, hash: string): string | undefined {
  if (!hash.startsWith(beginning)) return undefined;
  try {
    return decodeURIComponent(hash.slice(beginning.length)) || undefined;
  } catch {
    // A cut escape, as in an address that was copied in part.
    return undefined;
  }
}
