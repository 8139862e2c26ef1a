import { randomBytes } from 'node:crypto';
import { constants, zstdCompressSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { digestOf } from '../../../../lib/image/digest.ts';
import { inspectLayer } from '../../../../lib/image/layer/inspect-layer.ts';
import { zstdFrames } from '../../../../lib/image/layer/zstd-frames.ts';
import { streamOf, tarOf } from './layer-samples.ts';

const CHUNKS = [1, 3, 1000, 10_000_000];

/** Returns a frame that decoders skip; podman stores its table of contents in one. RFC 8878, 3.1.2. */
function skippable(size: number): Buffer {
  const header = Buffer.from([0x5e, 0x2a, 0x4d, 0x18, 0, 0, 0, 0]);
  header.writeUInt32LE(size, 4);
  return Buffer.concat([header, randomBytes(size)]);
}

/** Small chunks get less that can't be compressed: each chunk costs a turn of the stream. */
async function sampleTar(chunkSize = 1000): Promise<Buffer> {
  return tarOf([
    { name: 'usr/bin/x', text: randomBytes(Math.min(150_000, chunkSize * 2000)).toString('hex') },
    { name: 'usr/bin/zeros', text: '0'.repeat(400_000) },
  ]);
}

describe('a layer of zstd', () => {
  it.each(CHUNKS)(
    'of several frames is read completely in chunks of %i bytes',
    async (chunkSize) => {
      const tar = await sampleTar(chunkSize);
      const params = { [constants.ZSTD_c_checksumFlag]: 1 };
      const frames = [
        skippable(20),
        zstdCompressSync(tar.subarray(0, 1000)),
        zstdCompressSync(Buffer.alloc(0)),
        zstdCompressSync(tar.subarray(1000, 200_000), { params }),
        zstdCompressSync(tar.subarray(200_000)),
        skippable(0),
        skippable(3000),
      ];

      const inspection = await inspectLayer(streamOf(Buffer.concat(frames), chunkSize));

      expect(inspection).toMatchObject({
        ok: true,
        summary: { uncompressedBytes: tar.byteLength, diffId: digestOf(tar), entries: 2 },
      });
    },
  );

  it.each(CHUNKS)(
    'with bytes after its last frame is refused in chunks of %i bytes',
    async (size) => {
      const frame = zstdCompressSync(await sampleTar(size));
      const bytes = Buffer.concat([frame, Buffer.from('a file that nobody inspects')]);

      const inspection = await inspectLayer(streamOf(bytes, size));

      expect(inspection).toMatchObject({ ok: false, fault: 'not-a-layer' });
    },
  );

  it.each([1, 3, 100])('without its last %i bytes is refused', async (missing) => {
    const frame = zstdCompressSync(await sampleTar());

    const inspection = await inspectLayer(streamOf(frame.subarray(0, -missing)));

    expect(inspection).toMatchObject({ ok: false, fault: 'not-a-layer' });
  });

  it('with an altered block is refused', async () => {
    const params = { [constants.ZSTD_c_checksumFlag]: 1 };
    const frame = zstdCompressSync(await sampleTar(), { params });
    frame.fill(0xff, 3000, 3100);

    const inspection = await inspectLayer(streamOf(frame));

    expect(inspection).toMatchObject({ ok: false, fault: 'not-a-layer' });
  });

  it('that requires a window of 64 MiB is refused', async () => {
    // Magic number, descriptor without a size, window of 2^26, and one last, empty, raw block.
    const frame = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0, (26 - 10) << 3, 1, 0, 0]);

    const inspection = await inspectLayer(streamOf(frame));

    expect(inspection).toMatchObject({ ok: false, fault: 'too-large' });
  });

  it('of thousands of empty frames is refused', async () => {
    const empty = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x20, 0, 1, 0, 0]);
    const frames = Buffer.concat(Array.from({ length: 20_001 }, () => empty));

    const inspection = await inspectLayer(streamOf(frames));

    expect(inspection).toMatchObject({ ok: false, fault: 'too-large' });
  });
});

describe('zstdFrames', () => {
  const frames = [
    zstdCompressSync(Buffer.from('a')),
    skippable(5),
    zstdCompressSync(Buffer.alloc(0)),
  ];
  const bytes = Buffer.concat(frames);

  it.each(CHUNKS)('ends a chunk at the end of each frame: chunks of %i bytes', async (size) => {
    const ends = new Set<number>();
    let read = 0;
    for await (const chunk of zstdFrames(streamOf(bytes, size))) {
      read += chunk.byteLength;
      ends.add(read);
    }

    expect(read).toBe(bytes.byteLength);
    let end = 0;
    for (const frame of frames) {
      end += frame.byteLength;
      expect(ends).toContain(end);
    }
  });

  it.each([
    ['a wrong magic number', [1, 2, 3, 4]],
    ['a block of the reserved type', [0x28, 0xb5, 0x2f, 0xfd, 0x20, 0, 7, 0, 0]],
    ['no bytes after the magic number', [0x28, 0xb5, 0x2f, 0xfd]],
    ['a skippable frame that is too short', [0x50, 0x2a, 0x4d, 0x18, 2, 0, 0, 0, 1]],
  ])('throws at %s', async (_, values) => {
    await expect(read(Buffer.from(values))).rejects.toMatchObject({ fault: 'not-a-layer' });
  });

  it.each([
    ['a window', [0x00, 0]],
    ['no window', [0x20, 0]],
    ['a content size of 2 bytes', [0x40, 0, 0, 0]],
    ['a content size of 8 bytes', [0xe0, 0, 0, 0, 0, 0, 0, 0, 0]],
    ['a dictionary of 4 bytes', [0x23, 0, 0, 0, 0, 0]],
  ])('reads a header with %s', async (_, header) => {
    const lastBlock = [1, 0, 0];

    expect(await read(Buffer.from([0x28, 0xb5, 0x2f, 0xfd, ...header, ...lastBlock]))).toBe(1);
  });

  it('reads the one byte of a block that repeats it, and the checksum', async () => {
    const repeats3 = [(3 << 3) | (1 << 1) | 1, 0, 0, 0x61];

    const frame = [0x28, 0xb5, 0x2f, 0xfd, 0x24, 3, ...repeats3];

    expect(await read(Buffer.from([...frame, 1, 2, 3, 4]))).toBe(1);
    await expect(read(Buffer.from([...frame, 1, 2, 3]))).rejects.toThrow('broken');
  });

  /** The number of chunks. */
  async function read(content: Buffer): Promise<number> {
    let chunks = 0;
    for await (const _ of zstdFrames(streamOf(content))) chunks += 1;
    return chunks;
  }
});
