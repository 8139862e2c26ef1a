import type { RepositoryName, Tag } from '../../../../lib/image/reference.ts';
import type { RegistryContext } from '../operation.ts';
import type { ManifestRecord } from '../storage/repository.ts';

/**
 * One of ACR's cache rules. The upstream is a repository of this registry that represents
 * a repository of another registry.
 */
export interface CacheRule {
  readonly repository: string;
  readonly upstream: string;
}

/**
 * Updates a cached tag, as ACR does only on a GET of its manifest by tag: a
 * tag that was never pulled is in no list, and one that moved upstream stays unchanged until then.
 * Source: ACR, "Artifact cache": content is cached, and compared with its upstream, when it is pulled.
 */
export async function revalidate(
  context: RegistryContext,
  name: RepositoryName,
  tag: Tag,
): Promise<void> {
  const { storage } = context;
  const rule = context.settings().cacheRules.find(({ repository }) => repository === name);
  const upstream = storage.repositories().find((repository) => repository.name === rule?.upstream);
  const digest = upstream?.tags.get(tag)?.digest;
  if (upstream === undefined || digest === undefined) return; // what was cached stays
  if (storage.find(name)?.tags.get(tag)?.digest === digest) return;

  const copy = async (record: ManifestRecord | undefined, as?: Tag): Promise<void> => {
    if (record === undefined) return;
    for (const child of record.document.manifests) await copy(upstream.manifests.get(child.digest));
    for (const blob of record.document.blobs) storage.linkBlob(name, blob.digest);
    await storage.putManifest(name, record, as);
  };
  await copy(upstream.manifests.get(digest), tag);
}
