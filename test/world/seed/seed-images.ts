import { RepositoryName } from '../../../lib/image/reference.ts';
import {
  advisoryArtifact,
  DATABASE_REPOSITORY,
  demoAdvisories,
} from '../../images/advisories/demo-database.ts';
import type { DemoImage } from '../../images/demo-images.ts';
import { pushLayout } from '../../images/oci-layout.ts';
import type { LocalRegistry } from '../registry/start-registry.ts';
import { registryTarget } from './registry-target.ts';

/** Puts images into the registry and locks the given tags. */
export async function seedImages(
  registry: LocalRegistry,
  images: readonly DemoImage[],
): Promise<void> {
  for (const image of images) {
    await pushLayout(image.layout, registryTarget(registry, image.repository));
    for (const tag of image.lockedTags) {
      lockTag(registry, image.repository, tag);
    }
  }
}

/** Puts the stand-ins' database of advisories into the app's default repository. */
export async function seedDatabase(registry: LocalRegistry): Promise<void> {
  const database = await advisoryArtifact(demoAdvisories(), new Date());
  await pushLayout(database, registryTarget(registry, DATABASE_REPOSITORY));
}

/** Locks a tag like `az acr repository update --image … --write-enabled false`. */
function lockTag(registry: LocalRegistry, repository: string, tag: string): void {
  const record = registry.storage.find(RepositoryName.parse(repository))?.tags.get(tag);
  if (record === undefined) {
    throw new Error(`there is no tag ${repository}:${tag} to lock`);
  }
  record.attributes = { ...record.attributes, writeEnabled: false };
}
