import { expect, it } from 'vitest';
import { type Digest, digestOf } from '../../../../lib/image/digest.ts';
import { MediaType } from '../../../../lib/image/manifest.ts';
import { RepositoryName, Tag } from '../../../../lib/image/reference.ts';
import { readImage, readImageAt } from '../../../../lib/pipeline/discovery/read-image.ts';
import type { StoredManifest } from '../../../../lib/registry/registry.ts';
import { ManualClock } from '../../../fakes/manual-clock.ts';
import { MemoryRegistry } from '../../../fakes/memory-registry.ts';
import { seedImage } from '../../../fakes/registry/seed-image.ts';

const repository = RepositoryName.parse('team/api');

async function setUp(mediaTypes: 'oci' | 'docker' = 'oci') {
  const registry = new MemoryRegistry({ clock: new ManualClock() });
  const { digest, manifest } = await seedImage(registry, { repository, mediaTypes });
  const stored = await registry.manifest(repository, digest);
  if (stored === undefined) throw new Error('there is no image');
  const read = (changes: Partial<StoredManifest> = {}) =>
    readImage(registry, repository, { ...stored, ...changes });
  return { registry, manifest, read };
}

const json = (value: unknown) => Buffer.from(JSON.stringify(value));

it.each(['oci', 'docker'] as const)(
  'reads the manifest and the config of an image: %s',
  async (types) => {
    const { registry, manifest, read } = await setUp(types);

    expect(await read()).toEqual({
      manifest,
      config: expect.objectContaining({ architecture: 'amd64', os: 'linux' }),
      configBytes: await registry.blob(repository, manifest.config.digest, 1000),
      mediaType: manifest.mediaType,
    });
  },
);

it('reads no manifest that is not one of an image', async () => {
  const { manifest, read } = await setUp();
  const artifact = { ...manifest.config, mediaType: MediaType.ociEmpty };

  expect(await read({ mediaType: MediaType.ociIndex })).toBeUndefined();
  expect(await read({ bytes: json({ ...manifest, layers: 1 }) })).toBeUndefined();
  expect(await read({ bytes: json({ ...manifest, config: artifact }) })).toBeUndefined();
});

it('reads no image without a config, or with one that is broken', async () => {
  const { registry, manifest, read } = await setUp();
  const withConfig = (digest: Digest) =>
    read({ bytes: json({ ...manifest, config: { ...manifest.config, digest } }) });
  const broken = json([]);
  await registry.putBlob(repository, digestOf(broken), broken);

  expect(await withConfig(digestOf('absent'))).toBeUndefined();
  expect(await withConfig(digestOf(broken))).toBeUndefined();
});

it('reads an image under a tag, and none under a name that does not exist', async () => {
  const { registry } = await setUp();
  const tag = Tag.parse('v1');
  const { manifest } = await seedImage(registry, { repository, tags: [tag] });

  expect(await readImageAt(registry, repository, tag)).toMatchObject({ manifest });
  expect(await readImageAt(registry, repository, digestOf('gone'))).toBeUndefined();
});
