/** What the page shows. The address keeps it after `#`, so that it can be shared. */
export type Route =
  | { readonly page: 'overview' }
  | { readonly page: 'image'; readonly image: string };

const IMAGE = '#/images/';

export function parseRoute(hash: string): Route {
  if (!hash.startsWith(IMAGE)) return { page: 'overview' };
  try {
    const image = decodeURIComponent(hash.slice(IMAGE.length));
    return image === '' ? { page: 'overview' } : { page: 'image', image };
  } catch {
    // A cut escape, as in an address that was copied in part.
    return { page: 'overview' };
  }
}

export function imageLink(image: string): string {
  return IMAGE + image.split('/').map(encodeURIComponent).join('/').replaceAll('%3A', ':');
}
