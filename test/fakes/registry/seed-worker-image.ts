import { digestOf } from '../../../lib/image/digest.ts';
import { MediaType } from '../../../lib/image/manifest.ts';
import { RepositoryName } from '../../../lib/image/reference.ts';
import type { WorkerImage } from '../../../lib/pipeline/services.ts';
import type { MemoryRegistry } from '../memory-registry.ts';

const INDEX = { schemaVersion: 2, mediaType: MediaType.ociIndex, manifests: [] };
const BYTES = new TextEncoder().encode(JSON.stringify(INDEX));
const DIGEST = digestOf(BYTES);
const REPOSITORY = RepositoryName.parse('patchwright/worker');

/** A worker image, which nothing looks into. */
export const WORKER_IMAGE: WorkerImage = {
  repository: REPOSITORY,
  reference: `${REPOSITORY}@${DIGEST}`,
};

export async function seedWorkerImage(registry: MemoryRegistry): Promise<void> {
  const manifest = { bytes: BYTES, mediaType: MediaType.ociIndex };
  await registry.putManifest(REPOSITORY, DIGEST, manifest);
}
