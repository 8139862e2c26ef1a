import { toolingImages } from '../../../lib/report/tooling-images.ts';
import { pushLayout } from '../../world/registry/push-layout.ts';
import type { LocalRegistry } from '../../world/registry/start-registry.ts';
import type { PreparedImages } from '../prepared-images.ts';
import { MIRROR_REPOSITORY } from '../seed-registry.ts';
import { almaRelease } from './alma-release.ts';
import { type RpmRepository, serveRpmRepository, withRpmRepository } from './rpm-repository.ts';

export interface RpmImageOptions {
  readonly registry: LocalRegistry;
  readonly prepared: PreparedImages;
  /** Of the image in the registry. Its tag is 9. */
  readonly repository: string;
  /** Absolute path; must not exist. */
  readonly folder: string;
}

/**
 * Serves the packages and pushes the RPM image, which is also the tooling image in which Copa looks for
 * busybox. The caller closes the repository of packages.
 */
export async function seedRpmImage(options: RpmImageOptions): Promise<RpmRepository> {
  const { registry, prepared, repository, folder } = options;
  const { layout, repository: packages } = prepared.images.rpm;
  const served = await serveRpmRepository(packages);
  try {
    await withRpmRepository(layout, served.url, folder);
    await pushLayout(registry, folder, { repository, tags: [almaRelease.major] });
    const tooling = toolingImages({ family: 'alma', name: almaRelease.major }) ?? [];
    for (const image of tooling) {
      const mirror = `${MIRROR_REPOSITORY}/${image.upstream}/${image.repository}`;
      await pushLayout(registry, folder, { repository: mirror, tags: [image.tag] });
    }
    return served;
  } catch (error) {
    await served.close();
    throw error;
  }
}
