import type { Digest } from '../../../../lib/image/digest.ts';
import { RepositoryName } from '../../../../lib/image/reference.ts';
import { type ImageSeed, seedImage } from '../../../fakes/registry/seed-image.ts';
import type { UnitWorld } from '../unit-world.ts';

export const REPOSITORY = RepositoryName.parse('a');
export const STAGING = RepositoryName.parse('patchwright/staging/a');

/** Pushes the source, which has one layer. */
export async function pushSource(world: UnitWorld, seed: Partial<ImageSeed> = {}): Promise<Digest> {
  const { digest } = await seedImage(world.registry, { repository: REPOSITORY, ...seed });
  return digest;
}

/** Pushes a patch into staging as Copa does: one more layer, and the label `BaseImage`. */
export async function pushStaged(
  world: UnitWorld,
  source: Digest,
  seed: Partial<ImageSeed> = {},
): Promise<Digest> {
  const BaseImage = `${world.registry.host}/${REPOSITORY}@${source}`;
  const { digest } = await seedImage(world.registry, {
    repository: STAGING,
    layers: ['one layer', 'the patch'],
    config: { config: { labels: { BaseImage } } },
    ...seed,
  });
  return digest;
}
