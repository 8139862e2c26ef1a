export interface LayerLimits {
  readonly maxEntries: number;
  /** Of the tar, after decompression. */
  readonly maxBytes: number;
  /** Uncompressed to compressed bytes: above it, it is a decompression bomb. */
  readonly maxRatio: number;
  /** How many paths a list in the summary may hold. */
  readonly maxListed: number;
}

export const LAYER_LIMITS: LayerLimits = {
  maxEntries: 500_000,
  maxBytes: 8 * 1024 * 1024 * 1024,
  maxRatio: 200,
  maxListed: 50,
};

/** What an added layer changes, as far as its own package database explains it. */
export interface LayerSummary {
  /** Entries, files and folders and deletions alike. */
  readonly entries: number;
  readonly uncompressedBytes: number;
  /** Touches `var/lib/dpkg/status.d`: an image without its own package manager. */
  readonly statusD: boolean;
  /** Files that no package list in the layer owns; the first ones, and how many there are. */
  readonly unowned: { readonly count: number; readonly paths: readonly string[] };
  /** Those of them that run with their owner's or group's rights. */
  readonly unownedSetuid: { readonly count: number; readonly paths: readonly string[] };
}

export type LayerFault =
  | 'too-many-entries'
  | 'too-large'
  | 'decompression-bomb'
  | 'not-a-layer'
  | 'unsupported-compression';

export type LayerInspection =
  | { readonly ok: true; readonly summary: LayerSummary }
  | { readonly ok: false; readonly fault: LayerFault; readonly detail: string };

/** Reads one layer from its stream. Never throws on what the layer holds; a failing stream throws. */
export async function inspectLayer(
  _layer: AsyncIterable<Uint8Array>,
  _limits: LayerLimits = LAYER_LIMITS,
): Promise<LayerInspection> {
  return { ok: false, fault: 'not-a-layer', detail: 'not read yet' };
}
