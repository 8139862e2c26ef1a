/** Part of the stand-in for Copa: for tests and the demo, never shipped. */
import { type Digest, digestOf } from '../../../lib/image/digest.ts';
import type { ImageSource, ImageTarget } from '../registry/image-store.ts';
import type { PulledImage } from '../registry/pulled-image.ts';
import { jsonBytes, type PatchedImage } from './patched-image.ts';

/** Mounts source layers from their repository if the registry allows it, and uploads the rest. */
export async function pushImage(options: {
  readonly image: PulledImage;
  readonly patched: PatchedImage;
  readonly source: ImageSource;
  readonly sourceRepository: string;
  readonly target: ImageTarget;
  readonly tag: string;
}): Promise<Digest> {
  const { image, source, target } = options;
  const { manifest, newBlobs } = options.patched;
  for (const { digest } of [...manifest.layers, manifest.config]) {
    const fresh = newBlobs.get(digest);
    await (fresh === undefined
      ? target.putBlob(digest, () => source.blob(digest), options.sourceRepository)
      : target.putBlob(digest, async () => fresh));
  }
  const bytes = jsonBytes(manifest);
  const mediaType = manifest.mediaType ?? image.document.mediaType;
  const document = { bytes, mediaType, digest: digestOf(bytes) };
  await target.putManifest(options.tag, document);
  return document.digest;
}
