import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import {
  constants,
  createGunzip,
  createZstdDecompress,
  type Gunzip,
  type ZstdDecompress,
} from 'node:zlib';
import { LayerError } from './layer-error.ts';
import { zstdFrames } from './zstd-frames.ts';

export interface DecompressionLimits {
  /** Size of the tar after decompression. */
  readonly maxBytes: number;
  /** Uncompressed bytes divided by compressed bytes. A higher ratio is a decompression bomb. */
  readonly maxRatio: number;
  /** The ratio applies only above this many uncompressed bytes: empty files compress well. */
  readonly ratioFromBytes: number;
}

const GZIP = [0x1f, 0x8b];
const ZSTD = [0x28, 0xb5, 0x2f, 0xfd];
/** podman's zstd data may start with a skippable frame, whose magic number has 16 forms. */
const ZSTD_SKIPPABLE = [0x2a, 0x4d, 0x18];
/** 32 MiB for each layer read in parallel. BuildKit's best compression needs it. */
const MAX_WINDOW_LOG = 25;

/**
 * Yields a layer's tar, within limits. Detects the compression by the first bytes and not by the
 * media type, as containerd does. Throws a `LayerError` if the content is unacceptable, and the
 * stream's own error if reading fails.
 */
export async function* decompressed(
  layer: AsyncIterable<Uint8Array>,
  limits: DecompressionLimits,
): AsyncGenerator<Uint8Array> {
  const meter = { compressed: 0 };
  let bytes = 0;
  for await (const chunk of decoded(metered(layer, meter))) {
    bytes += chunk.byteLength;
    if (bytes > limits.maxBytes) {
      throw new LayerError('too-large', `it has more than ${limits.maxBytes} bytes`);
    }
    if (bytes > limits.ratioFromBytes && bytes > meter.compressed * limits.maxRatio) {
      const detail = `it grows to more than ${limits.maxRatio} times its size`;
      throw new LayerError('decompression-bomb', detail);
    }
    yield chunk;
  }
}

async function* metered(
  layer: AsyncIterable<Uint8Array>,
  meter: { compressed: number },
): AsyncGenerator<Uint8Array> {
  for await (const chunk of layer) {
    meter.compressed += chunk.byteLength;
    yield chunk;
  }
}

async function* decoded(layer: AsyncGenerator<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    const head = await readHead(layer, ZSTD.length);
    const whole = prepended(head, layer);
    if (startsWith(head, GZIP)) yield* through(createGunzip(), whole);
    else if (isZstd(head)) yield* through(zstdDecompressor(), zstdFrames(whole));
    else yield* whole;
  } finally {
    await layer.return(undefined);
  }
}

async function readHead(layer: AsyncGenerator<Uint8Array>, length: number): Promise<Uint8Array> {
  let head: Uint8Array = new Uint8Array();
  while (head.byteLength < length) {
    const next = await layer.next();
    if (next.done) break;
    head = Buffer.concat([head, next.value]);
  }
  return head;
}

async function* prepended(
  head: Uint8Array,
  rest: AsyncGenerator<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  if (head.byteLength > 0) yield head;
  yield* rest;
}

async function* through(
  decompressor: Gunzip | ZstdDecompress,
  compressed: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  // The loop below handles its failure: the decompressor throws the same error.
  const feeding = pipeline(Readable.from(compressed), decompressor).catch(() => undefined);
  try {
    yield* decompressor;
  } catch (error) {
    throw layerFault(error) ?? error;
  } finally {
    decompressor.destroy();
    await feeding;
  }
}

function zstdDecompressor(): ZstdDecompress {
  return createZstdDecompress({ params: { [constants.ZSTD_d_windowLogMax]: MAX_WINDOW_LOG } });
}

/** Maps an error of zlib or zstd about the data. Returns undefined for any other error. */
function layerFault(error: unknown): LayerError | undefined {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') {
    return undefined;
  }
  if (error.code === 'ZSTD_error_frameParameter_windowTooLarge') {
    return new LayerError('too-large', 'its zstd data needs more than 32 MiB of memory');
  }
  if (error.code.startsWith('ZSTD_error_')) {
    return new LayerError('not-a-layer', 'its zstd data is broken');
  }
  if (error.code.startsWith('Z_')) {
    return new LayerError('not-a-layer', 'its gzip data is broken');
  }
  return undefined;
}

function isZstd(head: Uint8Array): boolean {
  const skippable =
    ((head[0] ?? 0) & 0xf0) === 0x50 && startsWith(head.subarray(1), ZSTD_SKIPPABLE);
  return skippable || startsWith(head, ZSTD);
}

function startsWith(bytes: Uint8Array, prefix: readonly number[]): boolean {
  return prefix.every((byte, at) => bytes[at] === byte);
}
