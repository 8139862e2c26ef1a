import { createHash } from 'node:crypto';
import { Digest } from '../digest.ts';
import type { DecompressionLimits } from './decompress-layer.ts';
import { type LayerChanges, LayerContents } from './layer-contents.ts';
import { LayerError, type LayerFault } from './layer-error.ts';
import { type EntryLimits, readLayer } from './read-layer.ts';

export interface LayerLimits extends DecompressionLimits, EntryLimits {
  /** How many paths a list in the summary may hold. */
  readonly maxListed: number;
  /** How many different paths the package lists of a layer may name. */
  readonly maxOwned: number;
}

export const LAYER_LIMITS: LayerLimits = {
  maxBytes: 4 * 1024 * 1024 * 1024,
  maxRatio: 200,
  ratioFromBytes: 64 * 1024 * 1024,
  maxEntries: 250_000,
  maxTextBytes: 8 * 1024 * 1024,
  maxListed: 50,
  maxOwned: 500_000,
};

export interface LayerSummary extends LayerChanges {
  readonly uncompressedBytes: number;
  /** Of the uncompressed tar: what `rootfs.diff_ids` of the config must say of this layer. */
  readonly diffId: Digest;
}

export type LayerInspection =
  | { readonly ok: true; readonly summary: LayerSummary }
  | { readonly ok: false; readonly fault: LayerFault; readonly detail: string };

/**
 * Reads one layer, gzip, zstd or plain tar, from its stream, in bounded memory. Whatever the layer holds
 * is an answer; only a stream that fails makes it throw, with the stream's own error.
 */
export async function inspectLayer(
  layer: AsyncIterable<Uint8Array>,
  limits: LayerLimits = LAYER_LIMITS,
): Promise<LayerInspection> {
  const hash = createHash('sha256');
  const contents = new LayerContents(limits);

  try {
    const uncompressedBytes = await readLayer(layer, limits, {
      tarBytes: (bytes) => hash.update(bytes),
      entry: (entry) => contents.add(entry),
      packageList: (path) => contents.addList(path),
    });
    const diffId = Digest.parse(`sha256:${hash.digest('hex')}`);
    return { ok: true, summary: { ...contents.changes(), uncompressedBytes, diffId } };
  } catch (error) {
    if (!(error instanceof LayerError)) throw error;
    return { ok: false, fault: error.fault, detail: error.message };
  }
}
