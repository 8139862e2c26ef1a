import { expect, it } from 'vitest';
import { digestOf } from '../../../../lib/image/digest.ts';
import { RepositoryName, Tag } from '../../../../lib/image/reference.ts';
import {
  dropListing,
  keepListing,
  newListing,
  tagListing,
} from '../../../../lib/pipeline/discovery/tag-listing.ts';
import { CONTAINERS } from '../../../../lib/storage/blobs.ts';
import { newRun } from '../new-run.ts';
import { UnitWorld } from '../unit-world.ts';

const RULE = { repository: RepositoryName.parse('a'), tags: ['*' as const], enabled: true };
const [V1, V2] = [Tag.parse('v1'), Tag.parse('v2')];
const FIRST = newRun({ cursorRepository: 3, cursorTag: '' });
const LATER = newRun({ cursorRepository: 3, cursorTag: 'v1' });
const NAME = `${FIRST.id}/tags-3.json`;

/** A repository with a tag, and the listing of another one that an earlier step kept. */
async function setUp() {
  const world = new UnitWorld();
  await world.push('a', 'v2');
  const tags = new Map([[V1, { tag: V1, digest: digestOf('v1') }]]);
  const kept = { listedAt: new Date('2026-11-23T01:00:00Z'), tags, isKept: true };
  const names = async (run: typeof FIRST) => [
    ...((await tagListing(world.services, run, RULE))?.tags.keys() ?? []),
  ];
  return { world, kept, names };
}

it('lists the tags at the first step, as of now', async () => {
  const { world, kept, names } = await setUp();
  await keepListing(world.services, FIRST, kept);

  expect(await names(FIRST)).toEqual([V2]);
  const { listedAt } = (await newListing(world.services, RULE)) ?? {};
  expect(listedAt).toEqual(world.clock.now());
});

it('uses the listing that an earlier step kept, with its time', async () => {
  const { world, kept } = await setUp();
  await keepListing(world.services, FIRST, kept);

  expect(await tagListing(world.services, LATER, RULE)).toEqual(kept);
});

it('keeps which tags are locked', async () => {
  const { world, kept } = await setUp();
  const locked = { tag: V2, digest: digestOf('v2'), locked: true };
  const tags = new Map([...kept.tags, [V2, locked] as const]);
  await keepListing(world.services, FIRST, { ...kept, tags });

  expect((await tagListing(world.services, LATER, RULE))?.tags).toEqual(tags);
});

it('keeps the first listing after a crash', async () => {
  const { world, kept, names } = await setUp();
  await keepListing(world.services, FIRST, kept);
  await keepListing(world.services, FIRST, { ...kept, tags: new Map() });

  expect(await names(LATER)).toEqual([V1]);
});

it('lists the tags again if the kept listing was dropped, or is broken', async () => {
  const { world, kept, names } = await setUp();
  await keepListing(world.services, FIRST, kept);
  await dropListing(world.services, FIRST);
  expect(await names(LATER)).toEqual([V2]);

  await world.blobs.create(CONTAINERS.reports, NAME, Buffer.from('{}'), 'application/json');
  expect(await names(LATER)).toEqual([V2]);
});

it('has none for a repository that does not exist', async () => {
  const { services } = new UnitWorld();

  expect(await tagListing(services, LATER, RULE)).toBeUndefined();
});
