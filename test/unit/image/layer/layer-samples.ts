import { type Header, pack } from 'tar-stream';

export type TarEntry = Partial<Header> & { readonly name: string; readonly text?: string };

/** Packs these entries into a tar, in their order. */
export async function tarOf(entries: readonly TarEntry[]): Promise<Buffer> {
  const archive = pack();
  for (const { text = '', ...header } of entries) archive.entry(header, text);
  archive.finalize();

  const chunks: Uint8Array[] = [];
  for await (const chunk of archive) if (chunk instanceof Uint8Array) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** Streams the bytes in chunks of this size. */
export async function* streamOf(bytes: Uint8Array, chunkSize = 65_536): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.byteLength; at += chunkSize) {
    yield bytes.subarray(at, at + chunkSize);
  }
}
