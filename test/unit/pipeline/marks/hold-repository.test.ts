import { describe, expect, it } from 'vitest';
import { RepositoryName, Tag } from '../../../../lib/image/reference.ts';
import { LeaseLost, NO_LEASE } from '../../../../lib/pipeline/lease.ts';
import { heldElsewhere } from '../../../../lib/pipeline/marks/hold-repository.ts';
import { marksOf } from '../../../../lib/pipeline/marks/mark-names.ts';
import { UnitWorld } from '../unit-world.ts';

const API = RepositoryName.parse('team/api');
const MARKS = RepositoryName.parse('patchwright/claims/team/api');
const [PROD, TEST] = [Tag.parse('prod'), Tag.parse('test')];

/** Two installations on one registry, with a clock that they share. */
function installations() {
  const world = new UnitWorld();
  const { registry, options } = world.services;
  const hold = (installation: Tag | undefined) => {
    world.clock.advance({ seconds: 1 });
    return heldElsewhere({ registry, options: { ...options, installation } }, API, NO_LEASE);
  };
  const marks = async () =>
    ((await world.registry.listTags(MARKS))?.tags ?? []).map(({ tag }) => tag).sort();
  return { world, registry: world.registry, hold, marks };
}

describe('a repository that an installation wants to patch', () => {
  it('is marked with its name, and then held', async () => {
    const { hold, marks } = installations();

    expect(await hold(PROD)).toBeUndefined();
    expect(await hold(PROD)).toBeUndefined();

    expect(await marks()).toEqual(['prod']);
  });

  it('is left to the installation that marked it first, and gets no other mark', async () => {
    const { hold, marks } = installations();
    await hold(PROD);

    expect(await hold(TEST)).toBe('prod');
    expect(await hold(PROD)).toBeUndefined();

    expect(await marks()).toEqual(['prod']);
  });

  it('is left to the older of two marks if both were written at once', async () => {
    const { world, registry, hold, marks } = installations();
    const { putManifest } = registry;
    let raced = false;
    registry.putManifest = async (...args) => {
      if (!raced) {
        raced = true;
        await hold(PROD);
        world.clock.advance({ seconds: 1 });
      }
      return putManifest.apply(registry, args);
    };

    expect(await hold(TEST)).toBe('prod');
    expect(await hold(PROD)).toBeUndefined();
    expect(await marks()).toEqual(['prod', 'test']);
  });

  it('is held by the next one after the first mark was deleted', async () => {
    const { registry, hold } = installations();
    await hold(PROD);
    const mark = await registry.tag(MARKS, PROD);
    if (mark === undefined) throw new Error('there is no mark');
    await registry.deleteManifest(MARKS, mark.digest);

    expect(await hold(TEST)).toBeUndefined();
    expect(await hold(PROD)).toBe('test');
  });

  it('keeps the other marks if one is deleted, since each has its own content', async () => {
    const { registry, hold } = installations();
    await hold(PROD);
    const listed = await registry.listTags(MARKS);
    const { listTags } = registry;
    registry.listTags = async () => {
      registry.listTags = listTags;
      return undefined;
    };
    await hold(TEST);

    const digests = await Promise.all([PROD, TEST].map((tag) => registry.tag(MARKS, tag)));
    expect(listed?.tags[0]?.digest).toBe(digests[0]?.digest);
    expect(digests[1]?.digest).not.toBe(digests[0]?.digest);
  });

  it('is held by nobody while the listing lacks the new mark', async () => {
    const { registry, hold } = installations();
    const { listTags } = registry;
    registry.listTags = async () => ({ tags: [] });
    for (const installation of [PROD, TEST]) {
      await expect(hold(installation)).rejects.toMatchObject({ code: 'unavailable' });
    }

    registry.listTags = listTags;

    expect(await hold(TEST)).toBe('prod');
    expect(await hold(PROD)).toBeUndefined();
  });

  it('is held although somebody pushed another artifact or a copied mark beside the marks', async () => {
    const { world, registry, hold } = installations();
    await world.push(MARKS, 'image');
    await hold(PROD);
    const mark = await registry.manifest(MARKS, PROD);
    if (mark === undefined) throw new Error('there is no mark');
    await registry.putManifest(MARKS, Tag.parse('copy'), mark);

    expect(await hold(PROD)).toBeUndefined();
    expect(await hold(TEST)).toBe('prod');
  });

  it('is held by nobody while many other artifacts are beside the marks', async () => {
    const { world, hold } = installations();
    for (let at = 0; at < 50; at += 1) await world.push(MARKS, `image-${at}`);

    await expect(hold(PROD)).rejects.toMatchObject({ code: 'unexpected' });
  });

  it('is not marked by an app without a name', async () => {
    const { hold, marks } = installations();

    expect(await hold(undefined)).toBeUndefined();
    expect(await marks()).toEqual([]);
  });

  it('is not marked without the lease', async () => {
    const { world, marks } = installations();
    const { registry, options } = world.services;
    const lost = {
      assertHeld: () => {
        throw new LeaseLost();
      },
    };

    const held = heldElsewhere(
      { registry, options: { ...options, installation: PROD } },
      API,
      lost,
    );

    await expect(held).rejects.toThrow(LeaseLost);
    expect(await marks()).toEqual([]);
  });
});

it('has its marks outside of staging, under a name that always fits', () => {
  const long = RepositoryName.parse(`team/${'x'.repeat(240)}`);

  expect(marksOf(API)).toBe(MARKS);
  expect(marksOf(long)).toMatch(/^patchwright\/claims\/patchwright\/[a-f0-9]{40}$/);
});
