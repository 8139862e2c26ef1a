import { inspectLayer, LAYER_LIMITS, type LayerSummary } from '../../image/layer/inspect-layer.ts';
import type { LayerFiles } from '../../image/layer/layer-contents.ts';
import type { Descriptor } from '../../image/manifest.ts';
import type { RepositoryName } from '../../image/reference.ts';
import type { Outcome } from '../records/reasons.ts';
import { type BlobReader, OutOfTime, openUntil } from './open-until.ts';

export interface AddedLayers {
  /** It has all of the patch's layers. */
  readonly repository: RepositoryName;
  /** From the lowest to the highest. */
  readonly layers: readonly Descriptor[];
  /** Of these layers, as the config has them. */
  readonly diffIds: readonly string[];
}

export interface AddedLimits {
  /** Then reading ends, also within a layer. */
  readonly until: Date;
  /** Of all layers together, uncompressed. */
  readonly maxBytes?: number;
}

type Failure =
  | { readonly refused: Outcome; readonly late?: undefined }
  | { readonly refused?: undefined; readonly late: true };

export type ReadAddedLayers =
  | Failure
  | {
      readonly refused?: undefined;
      readonly late?: undefined;
      readonly files: readonly LayerFiles[];
    };

/**
 * Reads the layers that a patch adds, one after another. `late` if the time is used up before their
 * end. Throws a stream's own error.
 */
export async function readAddedLayers(
  services: BlobReader,
  added: AddedLayers,
  { until, maxBytes = LAYER_LIMITS.maxBytes }: AddedLimits,
): Promise<ReadAddedLayers> {
  const files: LayerFiles[] = [];
  let bytes = 0;
  for (const [at, layer] of added.layers.entries()) {
    const limits = { until, maxBytes: maxBytes - bytes };
    const read = await inspect(services, added.repository, layer, limits).catch(lateOrThrow);
    if (!('summary' in read)) return read;
    const { summary } = read;
    // Otherwise a runtime would unpack a layer that was not inspected.
    if (summary.diffId !== added.diffIds[at]) {
      return { refused: suspicious('a layer has a wrong diff id') };
    }
    files.push(summary.files);
    bytes += summary.uncompressedBytes;
  }
  return { files };
}

async function inspect(
  services: BlobReader,
  repository: RepositoryName,
  layer: Descriptor,
  { until, maxBytes }: Required<AddedLimits>,
): Promise<Failure | { readonly summary: LayerSummary }> {
  const blob = await openUntil(services, { repository, digest: layer.digest }, until);
  if (blob === undefined) return { refused: { state: 'failed', reason: 'staging-missing' } };
  const counted = countedBytes(blob);
  const inspection = await inspectLayer(counted.chunks, { ...LAYER_LIMITS, maxBytes });
  if (!inspection.ok) return { refused: suspicious(inspection.detail) };
  // Runtimes refuse to pull it.
  if (counted.bytes() !== layer.size) {
    return { refused: suspicious('a layer has another size than its manifest says') };
  }
  return inspection;
}

function lateOrThrow(error: unknown): Failure {
  if (error instanceof OutOfTime) return { late: true };
  throw error;
}

/** Passes a stream on and counts its bytes. */
function countedBytes(stream: AsyncIterable<Uint8Array>): {
  readonly chunks: AsyncIterable<Uint8Array>;
  readonly bytes: () => number;
} {
  let bytes = 0;
  async function* chunks(): AsyncGenerator<Uint8Array> {
    for await (const chunk of stream) {
      bytes += chunk.byteLength;
      yield chunk;
    }
  }
  return { chunks: chunks(), bytes: () => bytes };
}

export function suspicious(detail: string): Outcome {
  return { state: 'rejected', reason: 'layer-suspicious', detail };
}
