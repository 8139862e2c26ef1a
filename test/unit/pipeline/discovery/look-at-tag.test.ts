import { describe, expect, it } from 'vitest';
import { Annotation } from '../../../../lib/image/annotations.ts';
import { type Digest, digestOf, sha256Hex } from '../../../../lib/image/digest.ts';
import { RepositoryName, Tag } from '../../../../lib/image/reference.ts';
import { type ChosenConventions, TagConvention } from '../../../../lib/image/tag-convention.ts';
import { lookAtTag } from '../../../../lib/pipeline/discovery/look-at-tag.ts';
import { parsePolicy } from '../../../../lib/policy/policy.ts';
import { allTags } from '../../../../lib/registry/all-tags.ts';
import { seedImage } from '../../../fakes/registry/seed-image.ts';
import { UnitWorld } from '../unit-world.ts';

const API = RepositoryName.parse('team/api');

async function pushPatch(world: UnitWorld, tag: string, source: Digest): Promise<Digest> {
  const { digest } = await seedImage(world.registry, {
    repository: API,
    tags: [Tag.parse(tag)],
    layers: [`patch ${tag}`],
    annotations: {
      [Annotation.sourceRepository]: API,
      [Annotation.sourceDigest]: source,
      [Annotation.fingerprint]: sha256Hex(tag),
    },
  });
  return digest;
}

/** Pushes a patch, as an earlier run that recorded it. */
async function publishPatch(world: UnitWorld, tag: string, source: Digest): Promise<Digest> {
  const patch = await pushPatch(world, tag, source);
  await world.services.inventory.rememberPatches({ repository: API, digest: source }, [patch]);
  return patch;
}

/** Looks at one tag, with these tags as candidates for its patches. */
async function look(
  world: UnitWorld,
  tag: string,
  candidates: readonly string[] = [],
  chosen: TagConvention | ChosenConventions = 'incremental',
  refusesSetuid = false,
) {
  const conventions = typeof chosen === 'string' ? { convention: chosen } : chosen;
  const run = await world.addRun();
  const parsed = parsePolicy(
    JSON.stringify({ version: 'v1', repositories: [{ repository: API, tags: ['*'] }] }),
  );
  const rule = parsed.ok ? parsed.value.repositories[0] : undefined;
  if (!parsed.ok || rule === undefined) throw new Error('no policy');
  const tags = (await allTags(world.registry, API)) ?? new Map();
  const ofTag = candidates.flatMap((name) => tags.get(Tag.parse(name)) ?? []);
  const patches = new Map([[Tag.parse(tag), ofTag]]);
  const { services } = world;
  const options = { services, run, rule, chosen: conventions, refusesSetuid, tags, patches };
  return lookAtTag(options)(Tag.parse(tag));
}

describe('lookAtTag', () => {
  it('makes a target of an image, with its digest, platform and size', async () => {
    const world = new UnitWorld();
    const digest = await world.push(API, 'v1');

    expect(await look(world, 'v1')).toMatchObject({
      state: 'queued',
      digest,
      sourceDigest: digest,
      architecture: 'amd64',
      sourceBytes: 'team/api:v1'.length,
      patches: [],
    });
  });

  it('ends a tag that does not exist, or whose image cannot be patched', async () => {
    const world = new UnitWorld();
    const { digest } = await seedImage(world.registry, {
      repository: API,
      tags: [Tag.parse('arm')],
      config: { architecture: 'arm64' },
    });

    expect(await look(world, 'gone')).toMatchObject({ state: 'skipped', reason: 'not-found' });
    expect(await look(world, 'arm')).toMatchObject({
      digest,
      state: 'skipped',
      reason: 'unsupported-platform',
      finishedAt: world.clock.now(),
    });
  });

  it.each([true, false])('notes whether setuid that comes back is refused: %s', async (refuses) => {
    const world = new UnitWorld();
    await world.push(API, 'v1');

    const target = await look(world, 'v1', [], 'incremental', refuses);

    expect(target?.refusesSetuid).toBe(refuses ? true : undefined);
  });

  it('lists the patches of its image in the order of their numbers', async () => {
    const world = new UnitWorld();
    const source = await world.push(API, 'v1');
    const tags = ['v1-10', 'v1-2'];
    for (const tag of tags) await publishPatch(world, tag, source);
    await publishPatch(world, 'v1-3', digestOf('an earlier image of the tag'));

    const target = await look(world, 'v1', [...tags, 'v1-3']);

    expect(target?.patches.map(({ tag }) => tag)).toEqual(['v1-2', 'v1-10']);
    expect(target).not.toHaveProperty('tagFault');
    expect(target).not.toHaveProperty('claims');
  });

  it('names the newest patch, but not as one that needs nothing, if the floating tag lacks it', async () => {
    const world = new UnitWorld();
    const source = await world.push(API, 'v1');
    await publishPatch(world, 'v1-1', source);
    const newest = await publishPatch(world, 'v1-2', source);
    await world.push(API, 'v1-patched');
    const both = { convention: 'incremental', alsoFloating: 'floating' } as const;

    const target = await look(world, 'v1', ['v1-1', 'v1-2', 'v1-patched'], both);

    expect(target).toMatchObject({
      patches: [],
      tagFault: 'tag-ambiguous',
      earlierTag: 'v1-2',
      earlierDigest: newest,
    });
  });

  it('never needs the floating tag to move back from a newer patch of its image', async () => {
    const world = new UnitWorld();
    const source = await world.push(API, 'v1');
    await publishPatch(world, 'v1-1', source);
    const newest = await publishPatch(world, 'v1-2', source);
    const manifest = await world.registry.manifest(API, newest);
    if (manifest === undefined) throw new Error('the patch is missing');
    await world.registry.putManifest(API, Tag.parse('v1-patched'), manifest);
    await publishPatch(world, 'v1-3', source);
    const both = { convention: 'incremental', alsoFloating: 'floating' } as const;

    const target = await look(world, 'v1', ['v1-1', 'v1-2', 'v1-3', 'v1-patched'], both);

    expect(target?.patches.map(({ tag }) => tag)).toEqual(['v1-1', 'v1-2']);
    expect(target).toMatchObject({ earlierTag: 'v1-3' });
  });

  it('names the patch under the former convention until there is one under this one', async () => {
    const world = new UnitWorld();
    const source = await world.push(API, 'v1');
    const patch = await publishPatch(world, 'v1-patched', source);
    const former = await look(world, 'v1', ['v1-patched']);
    await publishPatch(world, 'v1-1', source);

    expect(former).toMatchObject({ patches: [], earlierTag: 'v1-patched', earlierDigest: patch });
    expect(await look(world, 'v1', ['v1-1', 'v1-patched'])).not.toHaveProperty('earlierTag');
  });

  it('lists the newest five images that claim to be patches of its image, and remembers none', async () => {
    const world = new UnitWorld();
    const source = await world.push(API, 'v1');
    const tags = Array.from({ length: 6 }, (_, at) => `v1-${at + 1}`);
    for (const tag of tags) await pushPatch(world, tag, source);

    const target = await look(world, 'v1', tags);

    expect(target).toMatchObject({ patches: [] });
    expect(target?.claims?.map(({ tag }) => tag)).toEqual(tags.slice(1));
    expect(target).not.toHaveProperty('tagFault');
    const image = { repository: API, digest: source };
    expect(await world.services.inventory.findImage(image)).toBeUndefined();
  });

  it('keeps only the newest twenty patches', async () => {
    const world = new UnitWorld();
    const source = await world.push(API, 'v1');
    const tags = Array.from({ length: 22 }, (_, at) => `v1-${at + 1}`);
    for (const tag of tags) await publishPatch(world, tag, source);

    const target = await look(world, 'v1', tags);

    expect(target?.patches.map(({ tag }) => tag)).toEqual(tags.slice(2));
  });

  it('notes why a patch could get no tag', async () => {
    const world = new UnitWorld();
    await world.push(API, 'v1');
    await world.push(API, 'v1-1');

    expect(await look(world, 'v1', ['v1-1'])).toMatchObject({
      state: 'queued',
      tagFault: 'tag-ambiguous',
      detail: expect.stringContaining('v1-1'),
    });
  });

  it.each(['v1-1', 'v1-patched'])('passes over %s, a patch of ours', async (tag) => {
    const world = new UnitWorld();
    const source = await world.push(API, 'v1');
    await publishPatch(world, tag, source);

    expect(await look(world, tag)).toBeUndefined();
  });

  it('makes a target of an image that only claims to be a patch', async () => {
    const world = new UnitWorld();
    const source = await world.push(API, 'v1');
    const digest = await pushPatch(world, 'v1-1', source);

    const target = await look(world, 'v1-1');

    expect(target).toMatchObject({ state: 'queued', digest, sourceDigest: digest });
    expect(target).not.toHaveProperty('isPatch');
    expect(target).not.toHaveProperty('tagFault');
  });

  it.each([
    ['v1-1', 'patched-elsewhere'],
    ['v2', undefined],
  ])('scans %s, with the layers of another image, and its fault is %s', async (tag, tagFault) => {
    const world = new UnitWorld();
    const layers = ['source'];
    const config = { config: {} };
    const v1 = { repository: API, tags: [Tag.parse('v1')], layers, config };
    const { digest: source } = await seedImage(world.registry, v1);
    await seedImage(world.registry, {
      repository: API,
      tags: [Tag.parse(tag)],
      layers: [...layers, 'more'],
      config,
      annotations: {
        [Annotation.sourceRepository]: API,
        [Annotation.sourceDigest]: source,
        [Annotation.fingerprint]: sha256Hex('findings'),
      },
    });

    const target = await look(world, tag);

    expect(target?.state).toBe('queued');
    expect(target?.tagFault).toBe(tagFault);
  });

  it.each([
    ['v1-p001', '{tag}-p{nnn}'],
    ['v1-secure', '{tag}-secure'],
  ])('passes over %s, a patch of ours by the template %s', async (tag, template) => {
    const world = new UnitWorld();
    const source = await world.push(API, 'v1');
    await publishPatch(world, tag, source);

    expect(await look(world, tag, [], TagConvention.parse(template))).toBeUndefined();
    expect(await look(world, tag)).toMatchObject({ isPatch: true });
  });

  it('does not pass over a tag that only has the form of a patch', async () => {
    const world = new UnitWorld();
    await world.push(API, 'v1');
    await world.push(API, 'v1-1');

    expect(await look(world, 'v1-1')).toMatchObject({ state: 'queued' });
  });

  it.each(['v1-1', 'v1-p001'])(
    'makes a target of a patch whose base has no tag any more, which is its own patch: %s',
    async (tag) => {
      const world = new UnitWorld();
      const source = await world.push(API);
      const patch = await publishPatch(world, tag, source);

      expect(await look(world, tag)).toMatchObject({
        digest: patch,
        sourceDigest: source,
        patches: [{ tag, digest: patch }],
      });
    },
  );
});
