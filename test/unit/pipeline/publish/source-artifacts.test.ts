import { expect, it } from 'vitest';
import { digestOf } from '../../../../lib/image/digest.ts';
import { MediaType } from '../../../../lib/image/manifest.ts';
import { RepositoryName, Tag } from '../../../../lib/image/reference.ts';
import { sourceArtifacts } from '../../../../lib/pipeline/publish/source-artifacts.ts';
import { seedImage } from '../../../fakes/registry/seed-image.ts';
import { UnitWorld } from '../unit-world.ts';

const API = RepositoryName.parse('team/api');

async function setUp() {
  const world = new UnitWorld();
  const { registry } = world;
  const source = await seedImage(registry, { repository: API });
  const attach = async (layer: string, artifactType?: string) => {
    const seed = { repository: API, layers: [layer], subject: source.descriptor };
    return seedImage(registry, { ...seed, ...(artifactType !== undefined && { artifactType }) });
  };
  const list = async () => {
    const bytes = await sourceArtifacts(world.services, { repository: API, digest: source.digest });
    return bytes && JSON.parse(Buffer.from(bytes).toString());
  };
  return { world, source: source.digest, attach, list };
}

it('lists nothing for a source without artifacts', async () => {
  const { list } = await setUp();

  expect(await list()).toBeUndefined();
});

it('lists referrers by their type, and those without a type by their media type', async () => {
  const { source, attach, list } = await setUp();
  const sbom = await attach('an SBOM', 'application/spdx+json');
  const plain = await attach('plain');

  expect(await list()).toEqual({
    of: 'source',
    repository: API,
    digest: source,
    artifacts: expect.arrayContaining([
      { type: 'application/spdx+json', digest: sbom.digest },
      { type: expect.stringMatching(/^application\/vnd\.oci\./), digest: plain.digest },
    ]),
  });
  expect((await list()).artifacts).toHaveLength(2);
});

it("lists cosign's tags for the digest of the source, and no others", async () => {
  const { world, source, list } = await setUp();
  const hex = source.replace(':', '-');
  const push = async (name: string) => {
    const tag = Tag.parse(name);
    const seed = { repository: API, tags: [tag], layers: [name] };
    const { digest } = await seedImage(world.registry, seed);
    return { type: MediaType.ociManifest, tag, digest };
  };
  const of = await Promise.all(['sig', 'att', 'sbom'].map((suffix) => push(`${hex}.${suffix}`)));
  await push(`${hex}.other`);
  await push(`${digestOf('another').replace(':', '-')}.sig`);

  expect((await list()).artifacts).toEqual(of);
});

it('sanitizes types and lists at most 200 referrers', async () => {
  const { world, list } = await setUp();
  const descriptor = { mediaType: MediaType.ociManifest, digest: digestOf('one'), size: 1 };
  const artifactType = 'a\n\u001b[31mb';
  world.registry.referrers = async () =>
    Array.from({ length: 201 }, () => ({ ...descriptor, artifactType }));

  const { artifacts } = await list();

  expect(artifacts).toHaveLength(200);
  expect(artifacts[0].type).toMatch(/^[ -~]+$/);
});
