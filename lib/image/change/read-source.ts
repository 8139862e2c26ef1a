import { LAYER_LIMITS } from '../layer/inspect-layer.ts';
import { LayerError } from '../layer/layer-error.ts';
import { readLayer } from '../layer/read-layer.ts';
import type { AddedFiles } from './added-files.ts';
import { SourceFiles } from './source-files.ts';

/** Larger than those of an added layer: nothing is held except what the patch changes. */
const LIMITS = {
  ...LAYER_LIMITS,
  maxBytes: 32 * 1024 * 1024 * 1024,
  maxRatio: 1000,
  maxEntries: 5_000_000,
  maxTextBytes: 4 * 1024 * 1024 * 1024,
};

export interface ReadSource {
  readonly files: SourceFiles;
  /** False if a layer is no archive or too large, or if the time ran out. */
  readonly complete: boolean;
}

/**
 * Reads the source's layers as far as the added files need it. A layer that can't be read counts as
 * empty. Throws a stream's own error, unless no more time may be spent.
 */
export async function readSource(
  /** Opens each layer, from the highest to the lowest. */
  layers: readonly (() => Promise<AsyncIterable<Uint8Array> | undefined>)[],
  added: AddedFiles,
  /** True once no more time may be spent. */
  isLate: () => boolean,
): Promise<ReadSource> {
  const files = new SourceFiles(added);
  for (const open of layers) {
    try {
      const layer = isLate() ? undefined : await open();
      if (layer === undefined) {
        files.complete = false;
        continue;
      }
      await readLayer(layer, LIMITS, {
        ...files.layer(),
        tarBytes: () => {
          if (isLate()) throw new LayerError('too-large', 'the time is used up');
        },
      });
    } catch (error) {
      // A download that stalls until the end of the time fails by its own limit.
      if (!(error instanceof LayerError) && !isLate()) throw error;
      files.complete = false;
    }
  }
  return { files, complete: files.complete };
}
