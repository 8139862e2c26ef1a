import { createHttpHeaders } from '@azure/core-rest-pipeline';
import { expect, it } from 'vitest';
import { nextLink } from '../../../lib/registry/next-link.ts';

it.each([
  ['</v2/a/tags/list?last=x&n=100>; rel="next"', '/v2/a/tags/list?last=x&n=100'],
  ['</v2/a>;rel=next', '/v2/a'],
  ['</v2/a>; REL="NEXT"', '/v2/a'],
  ['<https://r.example.com/v2/a>; rel="next"', 'https://r.example.com/v2/a'],
  ['</v2/a>; rel="prev"', undefined],
  ['/v2/a; rel="next"', undefined],
  ['', undefined],
])('reads the next page from %j: %s', (link, next) => {
  expect(nextLink(createHttpHeaders({ link }))).toBe(next);
});

it('finds no next page without the header', () => {
  expect(nextLink(createHttpHeaders())).toBeUndefined();
});
