import { describe, expect, it } from 'vitest';
import { type Digest, digestOf } from '../../../lib/image/digest.ts';
import { RepositoryName, Tag } from '../../../lib/image/reference.ts';
import { TagConvention } from '../../../lib/image/tag-convention.ts';
import { startRun } from '../../../lib/pipeline/run/start-run.ts';
import { TABLES } from '../../../lib/storage/tables.ts';
import { seedImage } from '../../fakes/registry/seed-image.ts';
import { debianReport } from '../debian-report.ts';
import { GoldenWorld, OUTDATED } from './golden-world.ts';
import { type GoldenRegistry, parseRegistries } from './parse-registries.ts';

const MIGRATED = parseRegistries(`
# two patches of the predecessor
team/api, incremental, *
v1           source                → patched v1-3
v1-1         copa of v1            → skipped patched-elsewhere, predecessor
v1-2         copa of v1            → skipped patched-elsewhere, predecessor

# the floating tag of the predecessor
team/web, incremental, *
v1           source                → patched v1-1
v1-patched   copa of v1            → skipped patched-elsewhere, predecessor
`);
const [API, WEB] = [RepositoryName.parse('team/api'), RepositoryName.parse('team/web')];

async function worldOf(goldens: readonly GoldenRegistry[]) {
  const golden = new GoldenWorld(goldens, 'incremental');
  await golden.push(goldens);
  return golden;
}

it('the inventory records patches of the predecessor with their origin and counts of their own', async () => {
  const golden = await worldOf(MIGRATED);

  await golden.run();

  const { inventory } = golden.world.services;
  const known = await inventory.findTag({ repository: API, tag: Tag.parse('v1-2') });
  expect(known).toMatchObject({ origin: 'predecessor', counts: 'known', high: 1, present: true });
  const source = await inventory.findTag({ repository: API, tag: Tag.parse('v1') });
  expect(source).toMatchObject({ patchTag: 'v1-3', high: 1, patchHigh: 0 });
  expect(source?.origin).toBeUndefined();
});

it('patches of the predecessor stay its patches after their source was pushed again', async () => {
  const golden = await worldOf(MIGRATED);
  await golden.run();
  await seedImage(golden.world.registry, {
    repository: API,
    tags: [Tag.parse('v1')],
    layers: ['the next release'],
  });

  const ends = await golden.run();

  expect(ends.get('team/api:v1-2')).toBe('skipped patched-elsewhere, predecessor');
  expect(ends.get('team/api:v1')).toBe('clean');
});

it('every registry goes on after the tables are lost and the convention changed twice', async () => {
  const golden = await worldOf(MIGRATED);
  const before = await golden.tags(API);
  await golden.run();
  golden.loseTables();
  golden.changeConvention(MIGRATED, 'floating');

  const floating = await golden.run();

  expect(floating.get('team/api:v1')).toBe('patched v1-patched');
  expect(floating.get('team/web:v1')).toBe('patched v1-patched');
  golden.loseTables();
  golden.changeConvention(MIGRATED, 'incremental');
  const again = await golden.run();
  expect(again.get('team/api:v1')).toBe('already-patched');
  expect(again.get('team/web:v1')).toBe('already-patched');
  for (const tag of ['v1-1', 'v1-2']) {
    expect(again.get(`team/api:${tag}`)).toBe('skipped patched-elsewhere, predecessor');
    expect((await golden.tags(API)).get(tag)).toBe(before.get(tag));
  }
  expect([...(await golden.tags(API)).keys()]).toEqual([
    'v1',
    'v1-1',
    'v1-2',
    'v1-3',
    'v1-patched',
  ]);
  expect([...(await golden.tags(WEB)).keys()]).toEqual(['v1', 'v1-1', 'v1-patched']);
});

it('defect 6: a patch that fixes nothing gets no tag, however many runs there are', async () => {
  const [api] = MIGRATED;
  if (api === undefined) throw new Error('no registry');
  const golden = await worldOf([api]);
  golden.world.script = { ...golden.world.script, report: () => OUTDATED };

  for (let night = 0; night < 3; night += 1) await golden.run();

  expect([...(await golden.tags(API)).keys()]).toEqual(['v1', 'v1-1', 'v1-2']);
});

it('defect 6: a patched image gets no second tag for the same findings', async () => {
  const golden = await worldOf(MIGRATED);
  await golden.run();

  const ends = await golden.run();

  expect(ends.get('team/api:v1')).toBe('already-patched');
  expect([...(await golden.tags(API)).keys()]).toEqual(['v1', 'v1-1', 'v1-2', 'v1-3']);
});

it('defect 9: runs that overlap publish one patch under one number', async () => {
  const golden = await worldOf(MIGRATED);
  const { world } = golden;

  for (const request of ['a', 'b']) {
    await startRun(world.services, { trigger: 'manual', request, due: world.clock.now() });
    world.clock.advance({ seconds: 1 });
  }
  await world.settle();

  expect([...(await golden.tags(API)).keys()]).toEqual(['v1', 'v1-1', 'v1-2', 'v1-3']);
});

it('patches of the predecessor outside a list are in the inventory, and stay its patches', async () => {
  const listed = MIGRATED.map((one) => ({ ...one, selected: ['v1'] }));
  const golden = new GoldenWorld(listed, 'floating');
  await golden.push(listed);
  const { tables, registry } = golden.world;
  // The source is clean, so that the floating tag stays theirs.
  golden.world.script = { ...golden.world.script, report: () => debianReport([]) };
  await golden.run();

  const rows = await Array.fromAsync(tables.list(TABLES.inventory, 'team|web'));
  const row = rows.map(({ entity }) => entity).find(({ rowKey }) => rowKey === 'v1-patched');
  expect(row).toMatchObject({ kind: 'patch', patchOf: 'v1', origin: 'predecessor', present: true });
  expect(row).toMatchObject({ counts: 'unknown' });

  await seedImage(registry, {
    repository: WEB,
    tags: [Tag.parse('v1')],
    layers: ['the next release'],
  });
  golden.world.script = { ...golden.world.script, report: reportOf('the next release') };
  expect((await golden.run()).get('team/web:v1')).toBe('patched v1-patched');
});

/** An image with this last layer is outdated, and every other one is not. */
function reportOf(content: string) {
  return (layers: readonly Digest[]) =>
    layers.at(-1) === digestOf(content) ? OUTDATED : debianReport([]);
}

const OWN = parseRegistries(`
# a template of one's own
team/own, {tag}-p{nnn}, *
v1           source                → patched v1-p001
`);
const OTHER = OWN.map((golden) => ({ ...golden, convention: TagConvention.parse('{tag}-secure') }));

async function worldOfTemplate() {
  const golden = new GoldenWorld(OWN);
  await golden.push(OWN);
  expect((await golden.run()).get('team/own:v1')).toBe('patched v1-p001');
  return golden;
}
const tagsOf = async (golden: GoldenWorld) => [
  ...(await golden.tags(RepositoryName.parse('team/own'))).keys(),
];

it('a patch under a template stays a patch after the template changed', async () => {
  const golden = await worldOfTemplate();
  golden.changeConvention(OTHER);

  const ends = await golden.run();

  expect([...ends]).toEqual([['team/own:v1', 'patched v1-secure']]);
  golden.changeConvention(OWN);
  expect([...(await golden.run())]).toEqual([['team/own:v1', 'already-patched']]);
  expect(await tagsOf(golden)).toEqual(['v1', 'v1-p001', 'v1-secure']);
});

it('a patch under a former template gets no patch of its own after the tables are lost', async () => {
  const golden = await worldOfTemplate();
  golden.changeConvention(OTHER);
  golden.loseTables();
  golden.world.script = { ...golden.world.script, report: () => OUTDATED };

  const ends = await golden.run();

  expect(ends.get('team/own:v1-p001')).toBe('skipped patched-elsewhere');
  expect(await tagsOf(golden)).toEqual(['v1', 'v1-p001']);
});

const PAIR = OWN.map((golden) => ({ ...golden, convention: ['incremental', 'floating'] as const }));
const NUMBERED = OWN.map((golden) => ({ ...golden, convention: 'incremental' as const }));
const PAIR_REPOSITORY = RepositoryName.parse('team/own');

describe('two conventions at once', () => {
  it('point the floating tag to each new patch, which keeps its number', async () => {
    const golden = new GoldenWorld(PAIR);
    await golden.push(PAIR);
    expect((await golden.run()).get('team/own:v1')).toBe('patched v1-1 v1-patched');
    golden.world.script = { ...golden.world.script, report: moreOutdated(golden) };

    const ends = await golden.run();

    expect([...ends]).toEqual([['team/own:v1', 'patched v1-2 v1-patched']]);
    const tags = await golden.tags(PAIR_REPOSITORY);
    expect([...tags.keys()]).toEqual(['v1', 'v1-1', 'v1-2', 'v1-patched']);
    expect(tags.get('v1-patched')).toBe(tags.get('v1-2'));
    expect((await golden.run()).get('team/own:v1')).toBe('already-patched');
  });

  it.each(['incremental', 'floating'] as const)(
    'add the missing tag to a patch of %s, and make no second patch',
    async (convention) => {
      const before = OWN.map((golden) => ({ ...golden, convention }));
      const golden = new GoldenWorld(before);
      await golden.push(before);
      await golden.run();
      golden.changeConvention(PAIR);

      const ends = await golden.run();

      expect(ends.get('team/own:v1')).toBe('patched v1-1 v1-patched');
      const tags = await golden.tags(PAIR_REPOSITORY);
      expect([...tags.keys()]).toEqual(['v1', 'v1-1', 'v1-patched']);
      expect(tags.get('v1-patched')).toBe(tags.get('v1-1'));
      expect((await golden.run()).get('team/own:v1')).toBe('already-patched');
    },
  );

  it('are found again after the tables are lost', async () => {
    const golden = new GoldenWorld(PAIR);
    await golden.push(PAIR);
    await golden.run();
    golden.loseTables();

    expect((await golden.run()).get('team/own:v1')).toBe('already-patched');
    golden.loseTables();
    golden.world.script = { ...golden.world.script, report: moreOutdated(golden) };
    expect((await golden.run()).get('team/own:v1')).toBe('patched v1-2 v1-patched');
  });

  it('leave the floating tag where it is after one of them is dropped', async () => {
    const golden = new GoldenWorld(PAIR);
    await golden.push(PAIR);
    await golden.run();
    golden.changeConvention(NUMBERED);

    expect([...(await golden.run())]).toEqual([['team/own:v1', 'already-patched']]);
  });

  it('are both in the inventory, each with the counts of the patch', async () => {
    const golden = new GoldenWorld(PAIR);
    await golden.push(PAIR);
    await golden.run();
    const { inventory } = golden.world.services;
    const source = { repository: PAIR_REPOSITORY, tag: Tag.parse('v1') };
    const shown = { patchTag: 'v1-1', patchFloatingTag: 'v1-patched', patchHigh: 0 };
    expect(await inventory.findTag(source)).toMatchObject(shown);

    await golden.run();

    expect(await inventory.findTag(source)).toMatchObject(shown);
    const digest = (await golden.tags(PAIR_REPOSITORY)).get('v1-1');
    if (digest === undefined) throw new Error('no patch');
    for (const tag of ['v1-1', 'v1-patched']) {
      const patch = { repository: PAIR_REPOSITORY, tag: Tag.parse(tag), digest };
      expect(await inventory.findPatchBase(patch)).toBe('v1');
    }
  });
});

it('a locked floating tag is found before the next patch is made, every night', async () => {
  const [floating] = PAIR.map((one) => ({ ...one, convention: 'floating' as const }));
  if (floating === undefined) throw new Error('no registry');
  const golden = new GoldenWorld([floating]);
  await golden.push([floating]);
  await golden.run();
  const { registry, groups } = golden.world;
  const patch = (await golden.tags(PAIR_REPOSITORY)).get('v1-patched');
  registry.setWritable(PAIR_REPOSITORY, Tag.parse('v1-patched'), false);
  golden.world.script = { ...golden.world.script, report: moreOutdated(golden) };
  const before = groups.creations().length;

  for (let night = 0; night < 2; night += 1) {
    expect((await golden.run()).get('team/own:v1')).toBe('skipped tag-locked');
  }

  // One scan a night.
  expect(groups.creations().length - before).toBe(2);
  expect((await golden.tags(PAIR_REPOSITORY)).get('v1-patched')).toBe(patch);
  registry.setWritable(PAIR_REPOSITORY, Tag.parse('v1-patched'), true);
  expect((await golden.run()).get('team/own:v1')).toBe('patched v1-patched');
});

/** A second advisory, which the first patch does not fix. */
function moreOutdated({ vulnerable }: GoldenWorld) {
  const two = debianReport([
    { id: 'CVE-2026-1', package: 'libssl3', fixed: '1.1' },
    { id: 'CVE-2026-2', package: 'libssl3', fixed: '1.2' },
  ]);
  return (layers: readonly Digest[]) => {
    const top = layers.at(-1);
    return top !== undefined && vulnerable.has(top) ? two : debianReport([]);
  };
}
