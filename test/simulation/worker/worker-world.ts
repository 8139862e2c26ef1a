import type { Digest } from '../../../lib/image/digest.ts';
import { ImageManifest } from '../../../lib/image/manifest.ts';
import type { RepositoryName } from '../../../lib/image/reference.ts';
import type { Registry } from '../../../lib/registry/registry.ts';
import type { MemoryBlobs } from '../../fakes/memory-blobs.ts';
import type { MemoryRegistry } from '../../fakes/memory-registry.ts';
import type { WorkerFault } from '../fault-kinds.ts';
import type { Truth } from '../truth.ts';

/** The environment of a simulated worker. */
export interface WorkerWorld {
  readonly registry: MemoryRegistry;
  readonly blobs: MemoryBlobs;
  readonly truth: Truth;
  readonly now: Date;
  /** True if the registry still has the vulnerability database. */
  readonly database: boolean;
  /** Does the container refuse what every builder needs? */
  readonly builderRefused: boolean;
  /** Picks one of the possible faults, or none. */
  fault<Kind extends WorkerFault>(among: readonly Kind[]): Kind | undefined;
  pick<Item>(items: readonly Item[]): Item;
}

export type WorkerEnd = 'result' | 'no-result' | 'half-result' | 'restarted';

/** The worker of one group. */
export interface Work {
  readonly world: WorkerWorld;
  /** The registry with the permissions of its token. */
  readonly registry: Registry;
  readonly end: WorkerEnd;
  /** Its secrets: its token and the URL of its result. */
  readonly secrets: string;
}

export async function readManifest(
  registry: Registry,
  repository: RepositoryName,
  digest: Digest,
): Promise<ImageManifest | undefined> {
  const stored = await registry.manifest(repository, digest);
  if (stored === undefined) return undefined;
  return ImageManifest.parse(JSON.parse(Buffer.from(stored.bytes).toString()));
}
