import { describe, expect, it } from 'vitest';
import { Annotation } from '../../../../lib/image/annotations.ts';
import { type Digest, digestOf } from '../../../../lib/image/digest.ts';
import { MediaType } from '../../../../lib/image/manifest.ts';
import { RepositoryName, Tag } from '../../../../lib/image/reference.ts';
import { imageInspector } from '../../../../lib/pipeline/discovery/inspect-image.ts';
import { type ImageSeed, seedImage } from '../../../fakes/registry/seed-image.ts';
import { UnitWorld } from '../unit-world.ts';

const API = RepositoryName.parse('team/api');
const HOST = 'registry.example.com';

async function seed(world: UnitWorld, image: Partial<ImageSeed> = {}): Promise<Digest> {
  return (await seedImage(world.registry, { repository: API, ...image })).digest;
}

async function seedIndex(
  world: UnitWorld,
  entries: readonly {
    readonly digest: Digest;
    /** Absent for an entry without a platform. */
    readonly os?: string;
    readonly mediaType?: string;
    readonly artifactType?: string;
  }[],
): Promise<Digest> {
  const manifests = entries.map(({ os, ...entry }) => ({
    mediaType: MediaType.ociManifest,
    size: 1,
    ...entry,
    ...(os !== undefined && {
      platform: { os, architecture: os === 'unknown' ? 'unknown' : 'amd64' },
    }),
  }));
  const mediaType = MediaType.ociIndex;
  const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType, manifests }));
  return world.registry.putManifest(API, digestOf(bytes), { bytes, mediaType });
}

const inspect = (world: UnitWorld, digest: Digest) => imageInspector(world.services, API)(digest);

async function inspected(image: Partial<ImageSeed>) {
  const world = new UnitWorld({ pipeline: { maxImageBytes: 100 } });
  return inspect(world, await seed(world, image));
}

describe('an image', () => {
  it.each(['oci', 'docker'] as const)(
    'can be patched if it is for linux/amd64: %s',
    async (mediaTypes) => {
      const world = new UnitWorld();
      const digest = await seed(world, { mediaTypes, layers: ['one', 'three'] });

      expect(await inspect(world, digest)).toEqual({
        kind: 'source',
        sourceDigest: digest,
        architecture: 'amd64',
        bytes: 8,
        needsCopy: false,
      });
    },
  );

  it.each(['Labels', 'labels'])(
    'can be patched if it names another image as its base in %s, and says so',
    async (field) => {
      expect(
        await inspected({ config: { config: { [field]: { BaseImage: 'x' } } } }),
      ).toMatchObject({
        kind: 'source',
        needsCopy: true,
      });
    },
  );

  it.each([
    ['null', { config: null }],
    ['absent', { config: undefined }],
  ])('can be patched from a copy if its optional config is %s', async (_, config) => {
    expect(await inspected({ config })).toMatchObject({ kind: 'source', needsCopy: true });
  });

  it.each([
    [':v1', true],
    ['@DIGEST', true],
    [':v1@DIGEST', true],
    [':other', false],
    [':gone', false],
    [`@${digestOf('gone')}`, false],
    ['-2:v1', false],
  ])("with Copa's annotation and the base team/api%s is probably a patch: %s", async (base, is) => {
    const world = new UnitWorld();
    const source = await seed(world, { tags: [Tag.parse('v1')], layers: ['v1'] });
    await seed(world, { tags: [Tag.parse('other')], layers: ['other'] });
    const BaseImage = `${HOST}/team/api${base.replace('DIGEST', source)}`;
    const digest = await seed(world, {
      layers: ['v1', 'more'],
      annotations: { [Annotation.patchedByCopa]: '2026-11-01T00:00:00Z' },
      config: { config: { labels: { BaseImage } } },
    });

    const found = await inspect(world, digest);

    expect(found).toMatchObject({ kind: 'source', sourceDigest: digest });
    const patchOf = 'patchOf' in found ? found.patchOf : undefined;
    expect(patchOf).toEqual(is ? { image: BaseImage, by: 'copa' } : undefined);
  });

  it.each<readonly [string, Partial<ImageSeed>, object]>([
    ['is for Windows', { config: { os: 'windows' } }, { reason: 'windows' }],
    [
      'is for another architecture',
      { config: { architecture: 'arm64' } },
      { reason: 'unsupported-platform', detail: 'linux/arm64' },
    ],
    [
      'is for another system',
      { config: { os: 'freebsd' } },
      { reason: 'unsupported-platform', detail: 'freebsd/amd64' },
    ],
    [
      'is too large',
      { layers: ['x'.repeat(101)] },
      {
        reason: 'image-too-large',
        detail: 'its compressed layers have 101 bytes; 100 are allowed',
      },
    ],
    ['has a config that does not parse', { config: { os: 5 } }, { reason: 'not-an-image' }],
    [
      'names its base in a way that only Copa reads',
      { config: { config: { LABELS: { BaseImage: 'x' } } } },
      { reason: 'unsupported-image' },
    ],
    [
      'says so in a formula',
      { config: { architecture: '=1' } },
      { reason: 'unsupported-platform', detail: 'linux/=1' },
    ],
  ])('is skipped if it %s', async (_, image, wanted) => {
    expect(await inspected(image)).toMatchObject({ kind: 'skip', ...wanted });
  });

  it('may be as large as the limit', async () => {
    expect(await inspected({ layers: ['x'.repeat(100)] })).toMatchObject({ kind: 'source' });
  });

  it('is skipped if it was deleted', async () => {
    expect(await inspect(new UnitWorld(), digestOf('gone'))).toMatchObject({
      kind: 'skip',
      reason: 'not-found',
      detail: 'the manifest was deleted',
    });
  });

  it('is read once, even if several tags point to it', async () => {
    const world = new UnitWorld();
    const digest = await seed(world);
    const inspector = imageInspector(world.services, API);

    expect(inspector(digest)).toBe(inspector(digest));
  });
});

describe('an index', () => {
  it('stands for its only image, beside the attestations of buildx', async () => {
    const world = new UnitWorld();
    const digest = await seed(world);
    const attestation = await seed(world, { layers: ['attestation'] });

    const index = await seedIndex(world, [
      { digest, os: 'linux' },
      { digest: attestation, os: 'unknown' },
    ]);

    expect(await inspect(world, index)).toMatchObject({ kind: 'source', sourceDigest: digest });
  });

  it.each([
    ['an entry without a platform', {}],
    ['an artifact without a platform', { artifactType: 'application/spdx+json' }],
    ['an artifact with a platform', { artifactType: 'application/spdx+json', os: 'linux' }],
    ['another kind of manifest', { mediaType: 'application/spdx+json' }],
  ])('stands for its only image, beside %s', async (_, entry) => {
    const world = new UnitWorld();
    const digest = await seed(world);
    const sbom = await seed(world, { layers: ['sbom'] });

    const index = await seedIndex(world, [
      { digest: sbom, ...entry },
      { digest, os: 'linux' },
    ]);

    expect(await inspect(world, index)).toMatchObject({ kind: 'source', sourceDigest: digest });
  });

  it('stands for its only image, if that has no platform', async () => {
    const world = new UnitWorld();
    const digest = await seed(world);

    expect(await inspect(world, await seedIndex(world, [{ digest }]))).toMatchObject({
      sourceDigest: digest,
    });
    expect(await inspect(world, await seedIndex(world, [{ digest }, { digest }]))).toMatchObject({
      reason: 'multi-arch',
    });
  });

  it('is skipped with several images, and with none', async () => {
    const world = new UnitWorld();
    const digest = await seed(world);
    const other = await seed(world, { layers: ['other'] });

    const both = await seedIndex(world, [
      { digest, os: 'linux' },
      { digest: other, os: 'windows' },
    ]);

    expect(await inspect(world, both)).toMatchObject({
      reason: 'multi-arch',
      detail: 'the index lists 2 images',
    });
    expect(await inspect(world, await seedIndex(world, []))).toMatchObject({
      reason: 'not-an-image',
      detail: 'the index lists no image',
    });
  });

  it('is skipped if its image was deleted', async () => {
    const world = new UnitWorld();
    const digest = await seed(world);
    const index = await seedIndex(world, [{ digest, os: 'linux' }]);
    const { manifest } = world.registry;
    world.registry.manifest = async (repository, reference) =>
      reference === digest ? undefined : manifest.call(world.registry, repository, reference);

    expect(await inspect(world, index)).toMatchObject({
      reason: 'not-found',
      detail: 'the image in the index was deleted',
    });
  });
});

describe('a patch that was copied to another tag', () => {
  /** A source, and an image that says that it is its patch. */
  async function patched(
    options: { readonly sourceRepository?: string; readonly known?: 'this' | 'another' } = {},
  ) {
    const world = new UnitWorld();
    const source = await seed(world, {
      layers: ['base'],
      config: { config: {} },
    });
    const patch = await seed(world, {
      layers: ['base', 'patch'],
      config: { config: { Labels: { BaseImage: 'x' } } },
      annotations: {
        [Annotation.sourceRepository]: options.sourceRepository ?? API,
        [Annotation.sourceDigest]: source,
      },
    });
    if (options.known !== undefined) {
      const digest = options.known === 'this' ? patch : digestOf('another');
      await world.services.inventory.rememberPatches({ repository: API, digest: source }, [digest]);
    }
    return { found: await inspect(world, patch), source, patch };
  }

  it('is patched from its source if the inventory knows it', async () => {
    const { found, source } = await patched({ known: 'this' });

    expect(found).toEqual({
      kind: 'source',
      sourceDigest: source,
      architecture: 'amd64',
      bytes: 4,
      needsCopy: false,
      isPatch: true,
    });
  });

  it.each([
    ['the inventory knows other patches of the source', { known: 'another' }],
    ['nothing but the annotations says so', {}],
    ['its source is in another repository', { known: 'this', sourceRepository: 'team/web' }],
  ] as const)('is a source of its own if %s', async (_, options) => {
    const { found, patch } = await patched(options);

    expect(found).toMatchObject({ kind: 'source', sourceDigest: patch });
    expect(found).not.toHaveProperty('isPatch');
  });
});
