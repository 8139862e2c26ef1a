import { describe, expect, it } from 'vitest';
import { type Digest, digestOf } from '../../../../lib/image/digest.ts';
import { MediaType } from '../../../../lib/image/manifest.ts';
import { RepositoryName, Tag } from '../../../../lib/image/reference.ts';
import { predecessorReader } from '../../../../lib/pipeline/inventory/predecessor-patches.ts';
import { RegistryError } from '../../../../lib/registry/registry.ts';
import { type ImageSeed, seedImage } from '../../../fakes/registry/seed-image.ts';
import { target } from '../run/run-samples.ts';
import { UnitWorld } from '../unit-world.ts';

const repository = RepositoryName.parse('team/api');
const NAME = 'registry.example.com/team/api';
const [V1, V1_1] = [Tag.parse('v1'), Tag.parse('v1-1')];
const COPA = { 'sh.copa.image.patched': '2026-11-20T00:00:00Z' };

/** A base, and a patch of it whose label names this image. */
async function setUp(label = `${NAME}:v1`, seed: Partial<ImageSeed> = {}) {
  const world = new UnitWorld();
  const { registry, services } = world;
  const { digest: base } = await seedImage(registry, { repository, tags: [V1], layers: ['base'] });
  const { digest } = await seedImage(registry, {
    repository,
    tags: [V1_1],
    layers: ['base', 'patch'],
    annotations: COPA,
    config: { config: { labels: { BaseImage: label.replace('DIGEST', base) } } },
    ...seed,
  });
  const kind = () => predecessorReader(services, repository)({ tag: V1_1, digest }, V1);
  const record = (changes: { readonly origin?: 'predecessor'; readonly digest?: Digest }) => {
    const at = world.clock.now();
    const own = target('team/api', 'v1-1', { state: 'clean', digest, finishedAt: at });
    return services.inventory.record({ ...own, ...changes });
  };
  return { world, base, digest, kind, record };
}

describe('a patch that another program made', () => {
  it.each([`${NAME}:v1`, `${NAME}@DIGEST`, `${NAME}:v1@DIGEST`])(
    'is a predecessor if it begins with the layers of the base: %s',
    async (label) => {
      expect(await (await setUp(label)).kind()).toBe('predecessor');
    },
  );

  it('is a predecessor if it begins with the layers of an image of an index', async () => {
    const { world, base, kind } = await setUp();
    const manifests = [{ mediaType: MediaType.ociManifest, digest: base, size: 1 }];
    const index = { schemaVersion: 2, mediaType: MediaType.ociIndex, manifests };
    const bytes = Buffer.from(JSON.stringify(index));
    await world.registry.putManifest(repository, V1, { bytes, mediaType: MediaType.ociIndex });

    expect(await kind()).toBe('predecessor');
  });

  it.each([
    ['another image', ['other', 'patch']],
    ['the base and nothing else', ['base']],
  ])('only claims to be one if it has the layers of %s', async (_, layers) => {
    expect(await (await setUp(undefined, { layers })).kind()).toBe('claimed');
  });

  it('stays a predecessor if the inventory knows it as one, although the base was pushed again', async () => {
    const { world, kind, record } = await setUp();
    await seedImage(world.registry, { repository, tags: [V1], layers: ['pushed again'] });
    expect(await kind()).toBe('claimed');

    await record({ origin: 'predecessor' });
    expect(await kind()).toBe('predecessor');
  });

  it.each([
    ['names it as something else', {}],
    ['knows another image under the tag', { origin: 'predecessor', digest: digestOf('other') }],
  ] as const)('stays a claim if the inventory %s', async (_, recorded) => {
    const { kind, record } = await setUp(undefined, { layers: ['other', 'patch'] });
    await record(recorded);

    expect(await kind()).toBe('claimed');
  });
});

describe('an image that is no such patch', () => {
  it.each([
    ['names another tag', `${NAME}:v2`, {}],
    ['names another repository', `${NAME}-2:v1`, {}],
    ['names nothing', '', {}],
    ['has no annotation of Copa', undefined, { annotations: {} }],
    ['has other layers than the digest that it names', `${NAME}@DIGEST`, { layers: ['x', 'y'] }],
  ] satisfies [string, string | undefined, Partial<ImageSeed>][])('%s', async (_, label, seed) => {
    expect(await (await setUp(label, seed)).kind()).toBeUndefined();
  });

  it('was deleted', async () => {
    const { world, digest, kind } = await setUp();
    await world.registry.deleteManifest(repository, digest);

    expect(await kind()).toBeUndefined();
  });
});

it.each(['too-large', 'invalid', 'digest-mismatch'] as const)(
  'does not keep its base from being patched if its config is %s',
  async (code) => {
    const { world, kind } = await setUp();
    world.registry.blob = () => Promise.reject(new RegistryError(code, 'spoiled'));

    expect(await kind()).toBeUndefined();
  },
);

it('throws if the registry is unavailable', async () => {
  const { world, kind } = await setUp();
  world.registry.blob = () => Promise.reject(new RegistryError('unavailable', '503'));

  await expect(kind()).rejects.toThrow('503');
});
