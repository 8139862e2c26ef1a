import { gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import {
  type DecompressionLimits,
  decompressed,
} from '../../../../lib/image/layer/decompress-layer.ts';
import { streamOf } from './layer-samples.ts';

const LIMITS: DecompressionLimits = { maxBytes: 10_000, maxRatio: 10, ratioFromBytes: 5_000 };
const TEXT = Buffer.from('a layer of some text');

async function read(layer: AsyncIterable<Uint8Array>, limits = LIMITS): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of decompressed(layer, limits)) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

describe('decompressed', () => {
  it.each([
    ['gzip', gzipSync(TEXT)],
    [
      'several members of gzip',
      Buffer.concat([gzipSync(TEXT.subarray(0, 5)), gzipSync(TEXT.subarray(5))]),
    ],
    ['zstd', zstdCompressSync(TEXT)],
    ['no compression', TEXT],
  ])('recognizes the compression by the first bytes in any chunks: %s', async (_, bytes) => {
    expect(await read(streamOf(bytes, 1))).toBe(TEXT.toString());
    expect(await read(streamOf(bytes))).toBe(TEXT.toString());
  });

  it.each([[[]], [[0x1f]], [[0x28, 0xb5, 0x2f]], [[0x5f, 0x2a, 0x4d]]])(
    'returns an unknown beginning unchanged: %j',
    async (values) => {
      const bytes = Buffer.from(values);

      expect(await read(streamOf(bytes))).toBe(bytes.toString());
    },
  );

  it('accepts the largest size but not one byte more', async () => {
    const limits = { ...LIMITS, maxRatio: 1000 };

    expect((await read(streamOf(Buffer.alloc(10_000)), limits)).length).toBe(10_000);
    await expect(read(streamOf(Buffer.alloc(10_001)), limits)).rejects.toMatchObject({
      fault: 'too-large',
    });
  });

  it('limits the ratio only above a minimum size', async () => {
    const small = await read(streamOf(gzipSync(Buffer.alloc(5_000))));

    expect(small).toHaveLength(5_000);
    await expect(read(streamOf(gzipSync(Buffer.alloc(5_001))))).rejects.toMatchObject({
      fault: 'decompression-bomb',
    });
    await expect(read(streamOf(zstdCompressSync(Buffer.alloc(5_001))))).rejects.toMatchObject({
      fault: 'decompression-bomb',
    });
  });

  it.each([
    ['gzip', gzipSync(TEXT), 'its gzip data is broken'],
    ['zstd', zstdCompressSync(TEXT), 'its zstd data is broken'],
  ])('refuses truncated %s', async (_, bytes, message) => {
    await expect(read(streamOf(bytes.subarray(0, -3)))).rejects.toMatchObject({
      fault: 'not-a-layer',
      message,
    });
  });

  it('throws the error of the stream itself', async () => {
    async function* failing() {
      yield gzipSync(TEXT).subarray(0, 12);
      throw new Error('connection lost');
    }

    await expect(read(failing())).rejects.toThrow('connection lost');
  });

  it('closes the stream if its reader stops early', async () => {
    let closed = false;
    async function* watched() {
      try {
        yield* streamOf(gzipSync(TEXT), 10);
      } finally {
        closed = true;
      }
    }

    for await (const _ of decompressed(watched(), LIMITS)) break;

    expect(closed).toBe(true);
  });
});
