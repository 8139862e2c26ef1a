import { expect, it } from 'vitest';
import { RepositoryName } from '../../../lib/image/reference.ts';
import { allRepositories } from '../../../lib/registry/all-repositories.ts';
import type { RepositoryPage } from '../../../lib/registry/repository-listing.ts';
import { errorOf } from './error-of.ts';

const names = (...all: string[]) => all.map((name) => RepositoryName.parse(name));
const [first, second] = [RepositoryName.parse('b'), RepositoryName.parse('c')];

/** Each page by the name that it comes after. */
const listing = (pages: Readonly<Record<string, RepositoryPage>>) => ({
  listRepositories: async (after = '') => pages[after] ?? { repositories: [] },
});
const going = () => ({ stop: new AbortController().signal, tell: () => undefined });

it('reads every page and tells how many names it has', async () => {
  const told: number[] = [];
  const pages = {
    '': { repositories: names('a', 'b'), next: first },
    b: { repositories: names('c'), next: second },
    c: { repositories: [] },
  };

  const found = await allRepositories(listing(pages), {
    ...going(),
    tell: (count) => void told.push(count),
  });

  expect([...(found ?? [])]).toEqual(['a', 'b', 'c']);
  expect(told).toEqual([2, 3, 3]);
});

it('fails if the pages go in a circle', async () => {
  const circle = { '': { repositories: names('b'), next: first } };
  const pages = { ...circle, b: { repositories: names('b'), next: first } };

  const error = await errorOf(allRepositories(listing(pages), going()));

  expect(error.message).toContain('goes in a circle');
});

it('fails above its limit instead of reading on', async () => {
  const many = names(...Array.from({ length: 100_001 }, (_, at) => `r${at}`));
  const pages = { '': { repositories: many, next: first } };

  expect(await errorOf(allRepositories(listing(pages), going()))).toMatchObject({
    code: 'too-large',
  });
});

it('ends between two pages if stopped', async () => {
  const pages = { '': { repositories: names('a', 'b'), next: first } };
  const stop = AbortSignal.abort();

  expect(await allRepositories(listing(pages), { ...going(), stop })).toBeUndefined();
});
