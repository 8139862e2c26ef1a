import { pushLayout } from '../world/registry/push-layout.ts';
import type { LocalRegistry } from '../world/registry/start-registry.ts';
import type { PreparedImages } from './prepared-images.ts';

/** What the app's settings name by default, see `lib/settings.ts`. */
export const DATABASE_REPOSITORY = 'patchwright/trivy-db';
export const MIRROR_REPOSITORY = 'patchwright/mirror';

/**
 * What an operator imports into the registry before the first run: the vulnerability database and
 * the images that Copa takes its tools from, each below the name of the registry it comes from.
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
