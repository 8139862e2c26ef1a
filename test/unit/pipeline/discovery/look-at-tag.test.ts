import { describe, expect, it } from 'vitest';
import { Annotation } from '../../../../lib/image/annotations.ts';
import { type Digest, digestOf } from '../../../../lib/image/digest.ts';
import { RepositoryName, Tag } from '../../../../lib/image/reference.ts';
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
      [Annotation.fingerprint]: `for ${tag}`,
    },
  });
  return digest;
}

/** Looks at one tag, with these tags as candidates for its patches. */
async function look(world: UnitWorld, tag: string, candidates: readonly string[] = []) {
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
  return lookAtTag({ services, run, policy: parsed.value, rule, tags, patches })(Tag.parse(tag));
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

  it('lists the patches of its image in the order of their numbers, and remembers them', async () => {
    const world = new UnitWorld();
    const source = await world.push(API, 'v1');
    const tags = ['v1-10', 'v1-2'];
    for (const tag of tags) await pushPatch(world, tag, source);
    await pushPatch(world, 'v1-3', digestOf('an earlier image of the tag'));

    const target = await look(world, 'v1', [...tags, 'v1-3']);

    expect(target?.patches.map(({ tag }) => tag)).toEqual(['v1-2', 'v1-10']);
    expect(target).not.toHaveProperty('tagFault');
    const image = { repository: API, digest: source };
    expect((await world.services.inventory.findImage(image))?.patchDigests).toHaveLength(2);
  });

  it('keeps only the newest twenty patches', async () => {
    const world = new UnitWorld();
    const source = await world.push(API, 'v1');
    const tags = Array.from({ length: 22 }, (_, at) => `v1-${at + 1}`);
    for (const tag of tags) await pushPatch(world, tag, source);

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
    await pushPatch(world, tag, source);

    expect(await look(world, tag)).toBeUndefined();
  });

  it('does not pass over a tag that only has the form of a patch', async () => {
    const world = new UnitWorld();
    await world.push(API, 'v1');
    await world.push(API, 'v1-1');

    expect(await look(world, 'v1-1')).toMatchObject({ state: 'queued' });
  });

  it('makes a target of a patch whose base was deleted, which is its own patch', async () => {
    const world = new UnitWorld();
    const source = await world.push(API);
    const patch = await pushPatch(world, 'v1-1', source);
    await world.services.inventory.rememberPatches({ repository: API, digest: source }, [patch]);

    expect(await look(world, 'v1-1')).toMatchObject({
      digest: patch,
      sourceDigest: source,
      patches: [{ tag: 'v1-1', digest: patch }],
    });
  });
});
