import { expect, it } from 'vitest';
import { RepositoryName, Tag } from '../../../lib/image/reference.ts';
import { tagPages } from '../../../lib/registry/tag-pages.ts';
import { ManualClock } from '../../fakes/manual-clock.ts';
import { MemoryRegistry } from '../../fakes/memory-registry.ts';
import { seedImage } from '../../fakes/registry/seed-image.ts';

const repository = RepositoryName.parse('team/api');

async function pagesAfter(start: string | undefined, tags: readonly string[]) {
  const registry = new MemoryRegistry({ clock: new ManualClock(), pageSize: 2 });
  if (tags.length > 0) {
    await seedImage(registry, { repository, tags: tags.map((tag) => Tag.parse(tag)) });
  }
  const pages = await Array.fromAsync(
    tagPages(registry, repository, start === undefined ? undefined : Tag.parse(start)),
  );
  return pages.map((page) => page.map(({ tag }) => tag));
}

it('lists the tags after a name that need not exist, page by page', async () => {
  const tags = ['a', 'b', 'c', 'd'];

  expect(await pagesAfter('a', tags)).toEqual([['b', 'c'], ['d']]);
  expect(await pagesAfter('aa', tags)).toEqual([['b', 'c'], ['d']]);
  expect(await pagesAfter('d', tags)).toEqual([[]]);
});

it('lists all tags without a name', async () => {
  expect(await pagesAfter(undefined, ['a', 'b', 'c'])).toEqual([['a', 'b'], ['c']]);
});

it('lists nothing if the repository does not exist', async () => {
  expect(await pagesAfter('a', [])).toEqual([]);
});
