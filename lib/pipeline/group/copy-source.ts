import { configForCopa } from '../../image/copa-config.ts';
import { type Digest, digestOf } from '../../image/digest.ts';
import type { PinnedImage, Tag } from '../../image/reference.ts';
import { inParallel } from '../../in-parallel.ts';
import { readImageAt } from '../discovery/read-image.ts';
import type { Lease } from '../lease.ts';
import type { Services } from '../services.ts';
import { stagingOf } from '../staging/staging-names.ts';

const BLOBS_AT_ONCE = 4;

/**
 * Copies an image to its staging repository with a config that Copa takes (`needsCopy`). A repetition gives the same digest. Returns undefined if the image was deleted.
 */
export async function copyForCopa(
  { registry }: Services,
  image: PinnedImage,
  copy: { readonly tag: Tag; readonly lease: Lease },
): Promise<Digest | undefined> {
  const { repository, digest } = image;
  const source = await readImageAt(registry, repository, digest);
  if (source === undefined) return undefined;
  const staging = stagingOf(repository);
  await inParallel(source.manifest.layers, BLOBS_AT_ONCE, (layer) =>
    registry.shareBlob({ from: repository, to: staging, digest: layer.digest }),
  );
  const configBytes = configForCopa(source.configBytes);
  const { config } = source.manifest;
  const changed = { ...config, digest: digestOf(configBytes), size: configBytes.length };
  await registry.putBlob(staging, changed.digest, configBytes);
  copy.lease.assertHeld();
  const manifest = { ...source.manifest, config: changed };
  return registry.putManifest(staging, copy.tag, {
    bytes: new TextEncoder().encode(JSON.stringify(manifest)),
    mediaType: source.mediaType,
  });
}
