import { describe, expect, it } from 'vitest';
import { Annotation } from '../../../../lib/image/annotations.ts';
import { type Digest, digestOf } from '../../../../lib/image/digest.ts';
import { RepositoryName, Tag } from '../../../../lib/image/reference.ts';
import {
  claimReader,
  patchReader,
  rememberedPatches,
} from '../../../../lib/pipeline/inventory/known-patches.ts';
import { seedImage } from '../../../fakes/registry/seed-image.ts';
import { UnitWorld } from '../unit-world.ts';

const API = RepositoryName.parse('team/api');
const SOURCE = digestOf('source');
const FINGERPRINT = 'f'.repeat(64);

async function seedPatch(
  world: UnitWorld,
  annotations: Readonly<Record<string, string | undefined>> = {},
  layer = 'patch',
): Promise<Digest> {
  const all = {
    [Annotation.sourceRepository]: API,
    [Annotation.sourceDigest]: SOURCE,
    [Annotation.fingerprint]: FINGERPRINT,
    ...annotations,
  };
  const given = Object.entries(all).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const],
  );
  const { digest } = await seedImage(world.registry, {
    repository: API,
    layers: [layer],
    annotations: Object.fromEntries(given),
  });
  return digest;
}

const tagged = (digest: Digest) => ({ tag: Tag.parse('v1-1'), digest });
const remember = (world: UnitWorld, ...digests: readonly Digest[]) =>
  world.services.inventory.rememberPatches({ repository: API, digest: SOURCE }, digests);

describe('patchReader', () => {
  it('reads a patch that the inventory knows', async () => {
    const world = new UnitWorld();
    const digest = await seedPatch(world);
    await remember(world, digest);

    expect(await patchReader(world.services, API)(tagged(digest))).toEqual({
      tag: 'v1-1',
      digest,
      sourceDigest: SOURCE,
      fingerprint: FINGERPRINT,
    });
  });

  it.each([
    ['no patch of the source', []],
    ['other patches of the source', [digestOf('other')]],
  ])('takes nothing for a patch if the inventory knows %s', async (_, known) => {
    const world = new UnitWorld();
    const digest = await seedPatch(world);
    await remember(world, ...known);

    expect(await patchReader(world.services, API)(tagged(digest))).toBeUndefined();
    expect(await claimReader(world.services, API)(tagged(digest))).toEqual({
      patch: { tag: 'v1-1', digest, sourceDigest: SOURCE, fingerprint: FINGERPRINT },
      proven: false,
    });
  });

  it.each([
    ['another repository', { [Annotation.sourceRepository]: 'team/web' }],
    ['no repository', { [Annotation.sourceRepository]: undefined }],
    ['no source', { [Annotation.sourceDigest]: undefined }],
    ['a source that is no digest', { [Annotation.sourceDigest]: 'sha256:1' }],
    ['no fingerprint', { [Annotation.fingerprint]: undefined }],
    ['a fingerprint of 40,000 characters', { [Annotation.fingerprint]: 'f'.repeat(40_000) }],
    ['a fingerprint that is no hash', { [Annotation.fingerprint]: '='.repeat(64) }],
  ])('reads no claim if the image names %s', async (_, annotations) => {
    const world = new UnitWorld();
    const digest = await seedPatch(world, annotations);

    expect(await claimReader(world.services, API)(tagged(digest))).toBeUndefined();
  });

  it('reads each manifest once, and gives each tag its own name', async () => {
    const world = new UnitWorld();
    const digest = await seedPatch(world);
    let reads = 0;
    const { manifest } = world.registry;
    world.registry.manifest = (...args) => {
      reads += 1;
      return manifest.call(world.registry, ...args);
    };
    const read = claimReader(world.services, API);

    const tags = await Promise.all(
      ['a-1', 'b-1'].map((tag) => read({ tag: Tag.parse(tag), digest })),
    );

    expect(tags.map((claim) => claim?.patch.tag)).toEqual(['a-1', 'b-1']);
    expect(reads).toBe(1);
  });
});

describe('rememberedPatches', () => {
  const remembered = (world: UnitWorld) => rememberedPatches(world.services, API, SOURCE);

  it('finds the patches that the inventory knows and the registry still has', async () => {
    const world = new UnitWorld();
    const patch = await seedPatch(world);
    await remember(world, digestOf('deleted'), patch);

    expect(await remembered(world)).toEqual([
      { digest: patch, sourceDigest: SOURCE, fingerprint: FINGERPRINT },
    ]);
  });

  it('finds none of another source, and none without the inventory', async () => {
    const world = new UnitWorld();
    const other = await seedPatch(world, { [Annotation.sourceDigest]: digestOf('other') });
    expect(await remembered(world)).toEqual([]);

    await remember(world, other);

    expect(await remembered(world)).toEqual([]);
  });
});
