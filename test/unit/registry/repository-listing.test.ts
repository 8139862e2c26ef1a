import { expect, it } from 'vitest';
import { errorOf } from './error-of.ts';
import { HOST, stubAcr } from './stub-acr.ts';

const answer = (names: readonly string[] | null, headers: Record<string, string> = {}) => ({
  status: 200,
  body: JSON.stringify({ repositories: names }),
  headers,
});

it('lists the names page by page from the registry itself, with the right to list alone', async () => {
  const link = '<https://elsewhere.example.org/acr/v1/_catalog?last=b&n=500>; rel="next"';
  const acr = stubAcr((_, nth) => (nth === 1 ? answer(['a/x', 'b'], { link }) : answer(['c'])));

  const first = await acr.repositories.listRepositories();
  const second = await acr.repositories.listRepositories(first.next);

  expect([first, second]).toEqual([
    { repositories: ['a/x', 'b'], next: 'b' },
    { repositories: ['c'] },
  ]);
  expect(acr.requests().map(({ url }) => url.href)).toEqual([
    `https://${HOST}/acr/v1/_catalog?n=500&api-version=2021-07-01`,
    `https://${HOST}/acr/v1/_catalog?last=b&n=500`,
  ]);
  const asked = acr.tokenRequests().map(({ body }) => new URLSearchParams(body).getAll('scope'));
  expect(asked).toEqual([[], ['registry:catalog:*']]);
});

it('lists nothing of an empty registry', async () => {
  const { repositories } = stubAcr(() => answer(null));

  expect(await repositories.listRepositories()).toEqual({ repositories: [] });
});

it.each([
  ['a name that is none', () => answer(['../x'])],
  ['a link without a name', () => answer(['a'], { link: '</acr/v1/_catalog?n=1>; rel="next"' })],
  ['no list at all', () => ({ status: 404 })],
])('refuses an answer with %s', async (_, reply) => {
  const { repositories } = stubAcr(reply);

  expect(await errorOf(repositories.listRepositories())).toMatchObject({ code: 'unexpected' });
});
