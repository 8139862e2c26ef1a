import { expect, it } from 'vitest';
import { digestOf } from '../../../lib/image/digest.ts';
import { RepositoryName } from '../../../lib/image/reference.ts';
import { manifestPages } from '../../../lib/registry/manifest-pages.ts';
import { ManualClock } from '../../fakes/manual-clock.ts';
import { MemoryRegistry } from '../../fakes/memory-registry.ts';
import { seedImage } from '../../fakes/registry/seed-image.ts';

const REPOSITORY = RepositoryName.parse('team/api');

const all = async (registry: MemoryRegistry) =>
  (await Array.fromAsync(manifestPages(registry, REPOSITORY))).flat();

it('lists nothing for a repository that does not exist', async () => {
  const registry = new MemoryRegistry({ clock: new ManualClock() });

  expect(await all(registry)).toEqual([]);
});

it('collects the manifests of all pages, tagged or not', async () => {
  const registry = new MemoryRegistry({ clock: new ManualClock(), pageSize: 2 });
  const seeded = [];
  for (const layer of ['a', 'b', 'c', 'd', 'e']) {
    const { digest } = await seedImage(registry, { repository: REPOSITORY, layers: [layer] });
    seeded.push(digest);
  }

  const found = (await all(registry)).map(({ digest }) => digest);

  expect(found.sort()).toEqual(seeded.sort());
});

it('fails on a listing whose cursor does not advance', async () => {
  const registry = new MemoryRegistry({ clock: new ManualClock() });
  let pages = 0;
  registry.listManifests = async () => {
    pages += 1;
    return { manifests: [], next: digestOf('same') };
  };

  await expect(all(registry)).rejects.toMatchObject({ code: 'unexpected' });
  expect(pages).toBe(2);
});
