import type { HttpHeaders } from '@azure/core-rest-pipeline';

/**
 * The address of the next page from the `Link` header, relative or absolute; undefined on the last
 * page. Form: `</v2/…?last=x&n=100>; rel="next"` (OCI distribution 1.1, "Listing").
 */
export function nextLink(headers: HttpHeaders): string | undefined {
  const match = /<([^>]+)>\s*;\s*rel="?next"?/i.exec(headers.get('link') ?? '');
  return match?.[1];
}
