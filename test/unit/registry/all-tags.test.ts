import { expect, it } from 'vitest';
import { digestOf } from '../../../lib/image/digest.ts';
import { RepositoryName, Tag } from '../../../lib/image/reference.ts';
import { allTags } from '../../../lib/registry/all-tags.ts';
import type { TagPage } from '../../../lib/registry/registry.ts';
import { ManualClock } from '../../fakes/manual-clock.ts';
import { MemoryRegistry } from '../../fakes/memory-registry.ts';
import { seedImage } from '../../fakes/registry/seed-image.ts';

const REPOSITORY = RepositoryName.parse('team/api');

function registryOf(pageSize: number) {
  return new MemoryRegistry({ clock: new ManualClock(), pageSize });
}

/** Creates a registry in which every page links to another one. */
function endless(page: (nth: number) => readonly string[]) {
  const registry = registryOf(100);
  let pages = 0;
  registry.listTags = async (): Promise<TagPage> => {
    pages += 1;
    const tags = page(pages).map((tag) => ({
      tag: Tag.parse(tag),
      digest: digestOf(tag),
      locked: false,
      writable: true,
    }));
    return { tags, next: Tag.parse('next') };
  };
  return { registry, pages: () => pages };
}

it('returns undefined for a repository that does not exist', async () => {
  expect(await allTags(registryOf(2), REPOSITORY)).toBeUndefined();
});

it('collects the tags of all pages', async () => {
  const registry = registryOf(2);
  const tags = ['1', '2', '3', '4', '5'].map((tag) => Tag.parse(tag));
  await seedImage(registry, { repository: REPOSITORY, tags });

  expect([...((await allTags(registry, REPOSITORY)) ?? new Map()).keys()]).toEqual(tags);
});

it('reads no further page once the caller has seen enough', async () => {
  const { registry, pages } = endless((nth) => [`t${nth}`]);

  const tags = await allTags(registry, REPOSITORY, ({ size }) => size === 3);

  expect([...(tags ?? new Map()).keys()]).toEqual(['t1', 't2', 't3']);
  expect(pages()).toBe(3);
});

it('fails on a listing that returns no new tags', async () => {
  const { registry, pages } = endless(() => ['same']);

  await expect(allTags(registry, REPOSITORY)).rejects.toThrow('circle');
  expect(pages()).toBeLessThan(20);
});

it('fails on a repository with too many tags', async () => {
  const { registry, pages } = endless((nth) =>
    Array.from({ length: 30_000 }, (_, at) => `t${nth}-${at}`),
  );

  await expect(allTags(registry, REPOSITORY)).rejects.toThrow('more than');
  expect(pages()).toBe(4);
});
