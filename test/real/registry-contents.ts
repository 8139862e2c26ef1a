import { ImageManifest } from '../../lib/image/manifest.ts';
import { RepositoryName } from '../../lib/image/reference.ts';
import type { LocalRegistry } from '../world/registry/start-registry.ts';

/** The contents of a repository by digest. */
export interface RepositoryContents {
  readonly tags: Readonly<Record<string, string>>;
  readonly manifests: readonly string[];
}

/** Lists manifests without a tag too, such as referrers and orphans in staging. */
export function contentsOf(registry: LocalRegistry, name: string): RepositoryContents {
  const repository = registry.storage.find(RepositoryName.parse(name));
  const tags = [...(repository?.tags.values() ?? [])].map((tag) => [tag.name, tag.digest] as const);
  return {
    tags: Object.fromEntries(tags.sort()),
    manifests: [...(repository?.manifests.keys() ?? [])].sort(),
  };
}

export function allContents(registry: LocalRegistry): Record<string, RepositoryContents> {
  const names = registry.storage.repositories().map(({ name }) => name);
  return Object.fromEntries(names.sort().map((name) => [name, contentsOf(registry, name)]));
}

export function manifestsOf(registry: LocalRegistry, name: string): Map<string, ImageManifest> {
  const records = registry.storage.find(RepositoryName.parse(name))?.manifests.values() ?? [];
  return new Map(
    [...records].map(({ digest, bytes }) => [
      digest,
      ImageManifest.parse(JSON.parse(bytes.toString('utf8'))),
    ]),
  );
}
