import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { type Pack, pack } from 'tar-stream';

export interface TarEntry {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** One time for every file, so that equal entries give equal bytes. */
const MTIME = new Date(0);

/** Packs files as they come: at most one of them is in memory. Fails with the entries' own error. */
export async function* tarGz(entries: AsyncIterable<TarEntry>): AsyncGenerator<Uint8Array> {
  const tar = pack();
  const gzip = createGzip();
  const packed = pipeline(tar, gzip);
  // Its error is thrown below, after what was written before it.
  packed.catch(() => undefined);
  const filled = fill(tar, entries);
  filled.catch((error: unknown) => {
    gzip.destroy(error instanceof Error ? error : new Error(String(error)));
    tar.destroy();
  });
  try {
    yield* gzip;
    await Promise.all([filled, packed]);
  } finally {
    gzip.destroy();
    tar.destroy();
  }
}

async function fill(tar: Pack, entries: AsyncIterable<TarEntry>): Promise<void> {
  for await (const { path, bytes } of entries) {
    const header = { name: path, size: bytes.length, mtime: MTIME, mode: 0o644 };
    await new Promise<void>((resolve, reject) => {
      tar.entry(header, Buffer.from(bytes), (error) => (error ? reject(error) : resolve()));
    });
  }
  tar.finalize();
}
