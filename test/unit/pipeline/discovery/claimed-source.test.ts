import { describe, expect, it } from 'vitest';
import { Annotation } from '../../../../lib/image/annotations.ts';
import { type Digest, digestOf } from '../../../../lib/image/digest.ts';
import { RepositoryName, Tag } from '../../../../lib/image/reference.ts';
import { claimedSource } from '../../../../lib/pipeline/discovery/claimed-source.ts';
import { readImage } from '../../../../lib/pipeline/discovery/read-image.ts';
import { type ImageSeed, seedImage } from '../../../fakes/registry/seed-image.ts';
import { UnitWorld } from '../unit-world.ts';

const repository = RepositoryName.parse('team/api');
const NAME = 'registry.example.com/team/api';
const LAYERS = ['source', 'patch'];

/** An image in the repository of this source, with what its manifest and label claim. */
async function setUp() {
  const world = new UnitWorld();
  const { registry, services } = world;
  const tags = [Tag.parse('v1')];
  const { digest: source } = await seedImage(registry, { repository, tags, layers: ['source'] });
  const claim = async (seed: Partial<ImageSeed>, known = false) => {
    const { digest } = await seedImage(registry, { repository, layers: LAYERS, ...seed });
    if (known) await services.inventory.rememberPatches({ repository, digest: source }, [digest]);
    const stored = await registry.manifest(repository, digest);
    const image = stored && (await readImage(registry, repository, stored));
    if (image === undefined) throw new Error('there is no image');
    return claimedSource(services, { repository, digest, image });
  };
  return { source, claim };
}

function ours(source: Digest | string, of: string = repository) {
  return { [Annotation.sourceRepository]: of, [Annotation.sourceDigest]: source };
}

/** Copa's annotation and label. */
function byCopa(base: string): Partial<ImageSeed> {
  return {
    annotations: { [Annotation.patchedByCopa]: '2026-11-23T02:00:00Z' },
    config: { config: { labels: { BaseImage: base } } },
  };
}

describe('the annotations of a patch', () => {
  it('name its source, proven if the inventory holds its digest', async () => {
    const { source, claim } = await setUp();

    const found = await claim({ annotations: ours(source) }, true);

    expect(found).toMatchObject({ proven: true, digest: source });
    expect(found?.proven && found.source.manifest.layers).toHaveLength(1);
  });

  it('prove nothing by themselves, even if the image is built like a patch', async () => {
    const { source, claim } = await setUp();

    expect(await claim({ annotations: ours(source) })).toEqual({
      proven: false,
      image: `${NAME}@${source}`,
      by: 'annotations',
    });
  });

  it('say nothing of an image that is not built like a patch of that source', async () => {
    const { source, claim } = await setUp();

    expect(await claim({ annotations: ours(source), layers: ['other', 'patch'] })).toBeUndefined();
  });

  it('name a source that was purged', async () => {
    const { claim } = await setUp();
    const gone = digestOf('gone');

    expect(await claim({ annotations: ours(gone) })).toEqual({
      proven: false,
      image: `${NAME}@${gone}`,
      by: 'annotations',
    });
  });

  it.each([
    ['another repository', (source: Digest) => ours(source, 'team/web')],
    ['a source that is no digest', () => ours('v1')],
    ['nothing', () => ({})],
  ])('say nothing if they name %s', async (_, annotations) => {
    const { source, claim } = await setUp();

    expect(await claim({ annotations: annotations(source) }, true)).toBeUndefined();
  });
});

describe("Copa's label", () => {
  it.each([':v1', '@DIGEST', ':v1@DIGEST', ':gone@DIGEST'])(
    'names the image that was patched: %s',
    async (reference) => {
      const { source, claim } = await setUp();
      const base = `${NAME}${reference.replace('DIGEST', source)}`;

      expect(await claim(byCopa(base))).toEqual({ proven: false, image: base, by: 'copa' });
    },
  );

  it.each([
    ['an image that does not exist', `${NAME}:gone`],
    ['another repository', `${NAME}-2:v1`],
    ['another registry', 'other.example.com/team/api:v1'],
    ['no tag', NAME],
    ['a faulty digest', `${NAME}:v1@sha256:1`],
  ])('says nothing if it names %s', async (_, base) => {
    expect(await (await setUp()).claim(byCopa(base))).toBeUndefined();
  });

  it('says nothing without the annotation, which derived images do not inherit', async () => {
    const { config } = byCopa(`${NAME}:v1`);

    expect(await (await setUp()).claim({ ...(config && { config }) })).toBeUndefined();
  });

  it('says nothing if the layers do not begin with those of that image', async () => {
    const { claim } = await setUp();

    expect(await claim({ ...byCopa(`${NAME}:v1`), layers: ['other', 'patch'] })).toBeUndefined();
    expect(await claim({ ...byCopa(`${NAME}:v1`), layers: [] })).toBeUndefined();
  });
});
