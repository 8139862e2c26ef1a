import { describe, expect, it } from 'vitest';
import { digestOf } from '../../../lib/image/digest.ts';
import { RepositoryName, Tag } from '../../../lib/image/reference.ts';
import { errorOf } from './error-of.ts';
import { HOST, stubAcr } from './stub-acr.ts';

const repository = RepositoryName.parse('team/api');
const v1 = Tag.parse('v1');
const layer = digestOf('the bytes of a layer');

describe('the pages of a list', () => {
  it.each([
    'https://%/?last=v2',
    '/acr/v1/team%2Fapi/_tags?last=..%2Fx',
    '/acr/v1/team%2Fapi/_tags?n=500',
  ])('are refused if the link to the next page names no tag: %s', async (address) => {
    const { registry } = stubAcr(() => ({
      status: 200,
      body: JSON.stringify({ tags: [] }),
      headers: { link: `<${address}>; rel="next"` },
    }));

    const error = await errorOf(registry.listTags(repository));

    expect(error.code).toBe('unexpected');
  });

  it('are read page by page from their own host, even if the link names another', async () => {
    const link =
      '<https://elsewhere.example.org/acr/v1/team%2Fapi/_tags?last=v2&n=100>; rel="next"';
    const tags = [{ name: 'v2', digest: layer, changeableAttributes: { writeEnabled: true } }];
    const { registry, requests } = stubAcr((_, nth) => ({
      status: 200,
      body: JSON.stringify(nth === 1 ? { tags } : { tags: null }),
      headers: nth === 1 ? { link } : {},
    }));

    const first = await registry.listTags(repository);
    const second = await registry.listTags(repository, { after: first?.next ?? v1 });

    expect(first).toEqual({ tags: [{ tag: 'v2', digest: layer }], next: 'v2' });
    expect(second).toEqual({ tags: [] });
    expect(requests().map(({ url }) => url.href)).toEqual([
      `https://${HOST}/acr/v1/team%2Fapi/_tags?n=500&api-version=2021-07-01`,
      `https://${HOST}/acr/v1/team%2Fapi/_tags?last=v2&n=500`,
    ]);
  });

  it.each([
    ['a body that is not JSON', 'sorry'],
    ['an invalid tag', JSON.stringify({ tags: [{ name: '../x', digest: layer }] })],
  ])('are refused with %s', async (_, body) => {
    const { registry } = stubAcr(() => ({ status: 200, body }));

    const error = await errorOf(registry.listTags(repository));

    expect(error.code).toBe('unexpected');
  });

  it('are none if the repository does not exist, and empty if it has no item', async () => {
    const { registry } = stubAcr(() => ({ status: 404 }));
    expect(await registry.listTags(repository)).toBeUndefined();

    const empty = stubAcr(() => ({ status: 200, body: JSON.stringify({ tags: null }) }));
    expect(await empty.registry.listTags(repository)).toEqual({ tags: [] });
  });
});
