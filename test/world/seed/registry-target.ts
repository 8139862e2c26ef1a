import { RepositoryName, Tag } from '../../../lib/image/reference.ts';
import type { ImageTarget } from '../../stand-ins/registry/image-store.ts';
import type { LocalRegistry } from '../registry/start-registry.ts';

/** One repository of the local registry to push to, without the network. */
export function registryTarget(registry: LocalRegistry, repository: string): ImageTarget {
  const name = RepositoryName.parse(repository);
  const { storage } = registry;
  return {
    async putBlob(digest, read) {
      if (storage.blobSize(name, digest) !== undefined) return 'present';
      await storage.addBlob(name, [await read()], digest);
      return 'uploaded';
    },
    async putManifest(reference, { bytes, mediaType, digest }) {
      const tag = reference === digest ? undefined : Tag.parse(reference);
      await storage.putManifest(name, { bytes: Buffer.from(bytes), mediaType, digest }, tag);
    },
  };
}
