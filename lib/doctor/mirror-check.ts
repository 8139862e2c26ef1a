import { type RepositoryName, Tag } from '../image/reference.ts';
import type { Registry } from '../registry/registry.ts';
import { MIRRORED_SYSTEMS, type ToolingImage, toolingImages } from '../report/tooling-images.ts';
import { mirrorOf } from '../report/tooling-mirrors.ts';
import type { Check } from './check.ts';
import { pass, skipped, warn } from './outcome.ts';

export const mirrorCheck: Check = {
  id: 'tooling-mirrors',
  title: 'The tooling images of Copa are mirrored in the registry',
  needs: ['registry-token'],
  async run({ services }) {
    const { builder, toolingMirror } = services.options;
    if (builder.kind === 'none') return skipped('not needed: PATCHWRIGHT_BUILDER is none');
    const wanted = MIRRORED_SYSTEMS.map((system) => toolingImages(system) ?? []);
    const missing: ToolingImage[] = [];
    for (const images of wanted) {
      const original = images.at(-1);
      if (original !== undefined && !(await anyIsThere(services.registry, toolingMirror, images))) {
        missing.push(original);
      }
    }
    if (missing.length === 0) return pass(`all ${wanted.length} images are in the mirror`);
    const names = missing.map(
      ({ upstream, repository, tag }) => `${upstream}/${repository}:${tag}`,
    );
    return warn(
      `no tooling image ${names.join(', ')}: systems that need one can’t be patched`,
      `Import the images of the systems that you use, each like this: az acr import --name REGISTRY --source ${names[0]} --image ${toolingMirror}/${names[0]}. Or give the cache rules a credential set for docker.io.`,
    );
  },
};

/** Reads the manifests by tag, as Copa does, because a cache rule has nothing before the first pull. */
async function anyIsThere(
  registry: Registry,
  mirror: RepositoryName,
  images: readonly ToolingImage[],
): Promise<boolean> {
  for (const image of images) {
    const manifest = await registry.manifest(mirrorOf(mirror, image), Tag.parse(image.tag));
    if (manifest !== undefined) return true;
  }
  return false;
}
