import { expect, it } from 'vitest';
import { baseLabels } from '../../../../lib/image/copa-config.ts';
import { Tag } from '../../../../lib/image/reference.ts';
import { readImage } from '../../../../lib/pipeline/discovery/read-image.ts';
import { copyForCopa } from '../../../../lib/pipeline/group/copy-source.ts';
import { LeaseLost, NO_LEASE } from '../../../../lib/pipeline/lease.ts';
import { pushSource, REPOSITORY, STAGING } from '../results/staged-image.ts';
import { UnitWorld } from '../unit-world.ts';

const tag = Tag.parse('patch-1-1-image-copy');
const CONFIG = { config: { Env: ['A=b'], labels: { BaseImage: 'registry.example.com/a:v0' } } };

/** A source with Copa's label, and the image that was copied of it. */
async function setUp() {
  const world = new UnitWorld();
  const { registry } = world;
  const digest = await pushSource(world, { config: CONFIG, annotations: { kept: 'yes' } });
  const copy = (lease = NO_LEASE) =>
    copyForCopa(world.services, { repository: REPOSITORY, digest }, { tag, lease });
  const read = async (repository: typeof STAGING, reference: typeof tag | typeof digest) => {
    const stored = await registry.manifest(repository, reference);
    return stored && readImage(registry, repository, stored);
  };
  return { registry, digest, copy, read };
}

it('copies an image to staging, and changes nothing but the label', async () => {
  const { registry, digest, copy, read } = await setUp();

  const copied = await copy();

  expect((await registry.tag(STAGING, tag))?.digest).toBe(copied);
  const [source, image] = [await read(REPOSITORY, digest), await read(STAGING, tag)];
  if (source === undefined || image === undefined) throw new Error('there is no copy');
  expect(baseLabels(image.config)).toEqual([]);
  expect(image.config.rootfs).toEqual(source.config.rootfs);
  expect(image.config.config).toEqual({ Env: ['A=b'] });
  expect(image.manifest).toEqual({ ...source.manifest, config: expect.anything() });
});

it('has the same digest each time', async () => {
  const { copy } = await setUp();

  expect(await copy()).toBe(await copy());
});

it('copies nothing if the image was deleted', async () => {
  const { registry, digest, copy } = await setUp();
  await registry.deleteManifest(REPOSITORY, digest);

  expect(await copy()).toBeUndefined();
  expect(registry.digests(STAGING)).toEqual([]);
});

it('copies nothing that is not an image', async () => {
  const { registry, copy } = await setUp();
  registry.blob = async () => Buffer.from('[]');

  expect(await copy()).toBeUndefined();
});

it('puts no manifest after the lease expired', async () => {
  const { registry, copy } = await setUp();
  const assertHeld = () => {
    throw new LeaseLost();
  };

  await expect(copy({ assertHeld })).rejects.toThrow(LeaseLost);
  expect(registry.digests(STAGING)).toEqual([]);
});
