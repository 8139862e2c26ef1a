import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { LayerError } from './layer-error.ts';

export interface DecompressionLimits {
  /** Of the tar, after decompression. */
  readonly maxBytes: number;
  /** Uncompressed to compressed bytes: above it, it is a decompression bomb. */
  readonly maxRatio: number;
  /** Below so many uncompressed bytes the ratio does not count: empty files compress well. */
  readonly ratioFromBytes: number;
}

const GZIP = [0x1f, 0x8b];
const ZSTD = [0x28, 0xb5, 0x2f, 0xfd];

/**
 * A layer's tar, within limits. How it is compressed is told by its first bytes, as containerd does
 * it, not by its media type. Throws a LayerError for what it holds, and the stream's own error
 * where that fails.
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
      throw new LayerError('too-large', `it holds more than ${limits.maxBytes} bytes`);
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
    if (startsWith(head, ZSTD)) {
      throw new LayerError('unsupported-compression', 'it is compressed with zstd');
    }
    const whole = prepended(head, layer);
    yield* startsWith(head, GZIP) ? gunzipped(whole) : whole;
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

async function* gunzipped(compressed: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const gunzip = createGunzip();
  // Its failure arrives at the reader of `gunzip` too; there it is handled.
  const feeding = pipeline(Readable.from(compressed), gunzip).catch(() => undefined);
  try {
    yield* gunzip;
  } catch (error) {
    throw isZlibError(error) ? new LayerError('not-a-layer', 'its gzip data is broken') : error;
  } finally {
    gunzip.destroy();
    await feeding;
  }
}

function isZlibError(error: unknown): boolean {
  return (
    error instanceof Error &&
    'code' in error &&
    typeof error.code === 'string' &&
    error.code.startsWith('Z_')
  );
}

function startsWith(bytes: Uint8Array, prefix: readonly number[]): boolean {
  return prefix.every((byte, at) => bytes[at] === byte);
}
