import { describe, expect, it } from 'vitest';
import { Annotation } from '../../../../lib/image/annotations.ts';
import { digestOf } from '../../../../lib/image/digest.ts';
import { MediaType } from '../../../../lib/image/manifest.ts';
import { RepositoryName, Tag } from '../../../../lib/image/reference.ts';
import { predecessorReader } from '../../../../lib/pipeline/inventory/predecessor-patches.ts';
import { RegistryError } from '../../../../lib/registry/registry.ts';
import { seedImage } from '../../../fakes/registry/seed-image.ts';
import { UnitWorld } from '../unit-world.ts';

const API = RepositoryName.parse('team/api');
const [V1, PATCH] = [Tag.parse('v1'), Tag.parse('v1-1')];

/** Pushes a patch by Copa with this label, and reads what it is of v1. */
async function read(world: UnitWorld, label = `${world.registry.host}/team/api:v1`) {
  const { digest } = await seedImage(world.registry, {
    repository: API,
    tags: [PATCH],
    layers: ['source', 'update'],
    config: { config: { labels: { BaseImage: label } } },
    annotations: { [Annotation.patchedByCopa]: '2026-01-01' },
  });
  return predecessorReader(world.services, API)({ tag: PATCH, digest }, V1);
}

const seedSource = (world: UnitWorld, tags: readonly Tag[], layers = ['source']) =>
  seedImage(world.registry, { repository: API, tags, layers });

describe('predecessorReader', () => {
  it('knows a patch of the base by its label and layers', async () => {
    const world = new UnitWorld();
    await seedSource(world, [V1]);

    expect(await read(world)).toBe('predecessor');
  });

  it('knows a patch of one image of an index', async () => {
    const world = new UnitWorld();
    const { descriptor } = await seedSource(world, []);
    const index = {
      schemaVersion: 2,
      manifests: [{ ...descriptor, platform: { os: 'linux', architecture: 'amd64' } }],
    };
    const bytes = Buffer.from(JSON.stringify(index));
    await world.registry.putManifest(API, V1, { bytes, mediaType: MediaType.ociIndex });

    expect(await read(world)).toBe('predecessor');
  });

  it('knows a patch of the digest in its label, while that exists', async () => {
    const world = new UnitWorld();
    const { digest } = await seedSource(world, []);
    await seedSource(world, [V1], ['a later image']);
    const { host } = world.registry;

    expect(await read(world, `${host}/team/api@${digest}`)).toBe('predecessor');
    expect(await read(world, `${host}/team/api:v1@${digest}`)).toBe('predecessor');
    expect(await read(world, `${host}/team/api@${digestOf('deleted')}`)).toBeUndefined();
  });

  it('believes no label whose layers are not those of the base', async () => {
    const world = new UnitWorld();
    await seedSource(world, [V1], ['another']);

    expect(await read(world)).toBe('claimed');
  });

  it.each(['team/api:v2', 'team/api-2:v1', 'team/api', 'team/api:v1:v1', 'team/api:v1@v1'])(
    'ignores the label %s',
    async (label) => {
      const world = new UnitWorld();
      await seedSource(world, [V1]);

      expect(await read(world, `${world.registry.host}/${label}`)).toBeUndefined();
    },
  );

  it('takes an image without layers for the base of nothing', async () => {
    const world = new UnitWorld();
    await seedSource(world, [V1], []);

    expect(await read(world)).toBe('claimed');
  });

  it('ignores a digest in the label that can’t be read', async () => {
    const world = new UnitWorld();
    const spoiled = digestOf('spoiled');
    const { manifest } = world.registry;
    world.registry.manifest = async (repository, reference) => {
      if (reference === spoiled) throw new RegistryError('invalid', 'not a manifest');
      return manifest.call(world.registry, repository, reference);
    };

    expect(await read(world, `${world.registry.host}/team/api@${spoiled}`)).toBeUndefined();
  });

  it('ignores a patch that can’t be read, and throws if the registry fails', async () => {
    const world = new UnitWorld();
    await seedSource(world, [V1]);
    world.registry.blob = async () => Promise.reject(new RegistryError('too-large', 'a config'));
    expect(await read(world)).toBeUndefined();

    world.registry.blob = async () => Promise.reject(new RegistryError('unavailable', '503'));
    await expect(read(world)).rejects.toThrow('503');
  });
});
