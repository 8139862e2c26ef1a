/** Part of the stand-in for Copa: for tests and the demo, never shipped. */
import { digestOf } from '../../../lib/image/digest.ts';
import { MediaType } from '../../../lib/image/manifest.ts';
import type { CopaFault } from './faults.ts';
import { jsonBytes, type PatchedImage } from './patched-image.ts';

/** Applies the faults that are in the manifest or config, not in the layers' files. */
export function spoilImage(
  fault: CopaFault,
  patched: PatchedImage,
  sourceLayers: number,
): PatchedImage {
  const { manifest, config } = patched;
  switch (fault) {
    case 'tamper':
      return withConfig(patched, {
        ...config,
        config: { ...config.config, Entrypoint: ['/usr/local/bin/other'] },
      });
    case 'drop-layer': {
      const keep = (_: unknown, at: number) => at !== sourceLayers - 1;
      const diffIds = (config.rootfs.diff_ids ?? []).filter(keep);
      return withConfig(
        { ...patched, manifest: { ...manifest, layers: manifest.layers.filter(keep) } },
        {
          ...config,
          rootfs: { ...config.rootfs, diff_ids: diffIds },
          history: (config.history ?? []).filter(keep),
        },
      );
    }
    case 'media-type':
      return { ...patched, manifest: { ...manifest, mediaType: MediaType.dockerManifest } };
    default:
      return patched;
  }
}

function withConfig(patched: PatchedImage, config: PatchedImage['config']): PatchedImage {
  const bytes = jsonBytes(config);
  const digest = digestOf(bytes);
  const { manifest } = patched;
  return {
    config,
    manifest: { ...manifest, config: { ...manifest.config, digest, size: bytes.length } },
    newBlobs: new Map([...patched.newBlobs, [digest, bytes]]),
  };
}
