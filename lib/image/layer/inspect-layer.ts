import { createHash } from 'node:crypto';
import { Digest } from '../digest.ts';
import { CanonicalTar } from './canonical-tar.ts';
import type { DecompressionLimits } from './decompress-layer.ts';
import { type LayerChanges, LayerContents } from './layer-contents.ts';
import { LayerError, type LayerFault } from './layer-error.ts';
import { type EntryLimits, readLayer } from './read-layer.ts';

export interface LayerLimits extends DecompressionLimits, EntryLimits {
  /** Distinct paths in the package lists of a layer. */
  readonly maxOwned: number;
}

export const LAYER_LIMITS: LayerLimits = {
  maxBytes: 4 * 1024 * 1024 * 1024,
  maxRatio: 200,
  ratioFromBytes: 64 * 1024 * 1024,
  maxEntries: 250_000,
  maxTextBytes: 8 * 1024 * 1024,
  maxOwned: 500_000,
};

export interface LayerSummary extends LayerChanges {
  readonly uncompressedBytes: number;
  /** Digest of the uncompressed tar. The config's `rootfs.diff_ids` must contain it. */
  readonly diffId: Digest;
}

export type LayerInspection =
  | { readonly ok: true; readonly summary: LayerSummary }
  | { readonly ok: false; readonly fault: LayerFault; readonly detail: string };

/**
 * Reads one layer (gzip, zstd or plain tar) from its stream in bounded memory. Bad content is a
 * returned fault. Throws only if the stream fails, with the stream's own error.
 */
export async function inspectLayer(
  layer: AsyncIterable<Uint8Array>,
  limits: LayerLimits = LAYER_LIMITS,
): Promise<LayerInspection> {
  const hash = createHash('sha256');
  const archive = new CanonicalTar();
  const contents = new LayerContents(limits);

  try {
    const uncompressedBytes = await readLayer(layer, limits, {
      tarBytes: (bytes) => {
        hash.update(bytes);
        archive.add(bytes);
      },
      entry: (entry) => contents.add(entry),
      packageList: ({ path }) => contents.addList(path),
      content: (entry) => contents.content(entry),
    });
    archive.end();
    const diffId = Digest.parse(`sha256:${hash.digest('hex')}`);
    return { ok: true, summary: { ...contents.changes(), uncompressedBytes, diffId } };
  } catch (error) {
    if (!(error instanceof LayerError)) throw error;
    return { ok: false, fault: error.fault, detail: error.message };
  }
}
