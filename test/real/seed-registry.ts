import { pushLayout } from '../world/registry/push-layout.ts';
import type { LocalRegistry } from '../world/registry/start-registry.ts';
import type { PreparedImages } from './prepared-images.ts';

/** The defaults of the app's settings. */
export const DATABASE_REPOSITORY = 'patchwright/trivy-db';
export const MIRROR_REPOSITORY = 'patchwright/mirror';

/**
 * Imports what a run needs, as an operator would: the vulnerability database and Copa's tooling images,
 * each below the name of its source registry.
 */
export async function seedOperatorImages(
  registry: LocalRegistry,
  { images, database }: PreparedImages,
): Promise<void> {
  const { folder, tag } = database.layout;
  await pushLayout(registry, folder, { repository: DATABASE_REPOSITORY, tags: [tag] });
  for (const { upstream, tag: version, layout } of images.tooling) {
    const repository = `${MIRROR_REPOSITORY}/${upstream.slice(0, -`:${version}`.length)}`;
    await pushLayout(registry, layout.folder, { repository, tags: [version] });
  }
}
