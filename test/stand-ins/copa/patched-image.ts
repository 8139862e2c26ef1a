/** Part of the stand-in for Copa: for tests and the demo, never shipped. */
import { type Digest, digestOf } from '../../../lib/image/digest.ts';
import type { Descriptor, ImageConfig, ImageManifest } from '../../../lib/image/manifest.ts';
import { type LayerEntry, packLayer } from '../filesystem/layer.ts';
import type { PulledImage } from '../registry/pulled-image.ts';

const VERSION_ANNOTATION = 'org.opencontainers.image.version';

export interface AddedLayer {
  readonly command: string;
  readonly entries: readonly LayerEntry[];
}

/** A manifest and config as written by Copa, and the new blobs. */
export interface PatchedImage {
  readonly manifest: ImageManifest;
  readonly config: ImageConfig;
  readonly newBlobs: ReadonlyMap<Digest, Uint8Array>;
}

/**
 * Appends layers to an image as Copa 0.14.2 does: the source's layers stay, the config gains the
 * label `BaseImage` (in lower-case `labels`), history and diff ids, and the manifest Copa's two
 * annotations. Docker schema 2 keeps its format.
 */
export async function appendLayers(options: {
  readonly image: PulledImage;
  /** The value of `-i`. */
  readonly sourceReference: string;
  readonly patchedTag: string;
  readonly added: readonly AddedLayer[];
  readonly now: Date;
}): Promise<PatchedImage> {
  const { image, added, now } = options;
  const packed = await Promise.all(added.map(({ entries }) => packLayer(entries, now)));
  const config = patchedConfig(
    image.config,
    options.sourceReference,
    packed.map(({ diffId }) => diffId),
    added.map(({ command }) => ({
      created: now.toISOString(),
      created_by: command,
      comment: 'buildkit.exporter.image.v0',
    })),
  );
  const configBytes = jsonBytes(config);
  const layerType = image.manifest.layers[0]?.mediaType ?? '';
  const layers = packed.map(
    ({ digest, bytes }): Descriptor => ({
      mediaType: layerType,
      digest,
      size: bytes.length,
    }),
  );
  const manifest: ImageManifest = {
    ...image.manifest,
    config: {
      ...image.manifest.config,
      digest: digestOf(configBytes),
      size: configBytes.length,
    },
    layers: [...image.manifest.layers, ...layers],
    annotations: patchedAnnotations(image.manifest.annotations ?? {}, options.patchedTag, now),
  };
  const newBlobs = new Map<Digest, Uint8Array>(packed.map(({ digest, bytes }) => [digest, bytes]));
  newBlobs.set(digestOf(configBytes), configBytes);
  return { manifest, config, newBlobs };
}

function patchedConfig(
  source: ImageConfig,
  reference: string,
  diffIds: readonly string[],
  history: readonly Record<string, unknown>[],
): ImageConfig {
  const inner = source.config ?? {};
  return {
    ...source,
    config: { ...inner, labels: { ...inner.labels, BaseImage: reference } },
    rootfs: { ...source.rootfs, diff_ids: [...(source.rootfs.diff_ids ?? []), ...diffIds] },
    history: [...(source.history ?? []), ...history],
  };
}

function patchedAnnotations(
  source: Readonly<Record<string, string>>,
  patchedTag: string,
  now: Date,
): Record<string, string> {
  const version = source[VERSION_ANNOTATION];
  const created = now.toISOString().replace(/\.[0-9]+Z$/, 'Z');
  return {
    ...source,
    ...(version === undefined
      ? {}
      : {
          [VERSION_ANNOTATION]: patchedTag.includes(version)
            ? patchedTag
            : `${version}-${patchedTag}`,
        }),
    'org.opencontainers.image.created': created,
    'sh.copa.image.patched': created,
  };
}

export function jsonBytes(value: unknown): Uint8Array {
  return Buffer.from(JSON.stringify(value));
}
