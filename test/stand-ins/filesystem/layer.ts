/** Part of the stand-ins for Trivy and Copa: for tests and the demo, never shipped. */
import { Readable } from 'node:stream';
import { constants, gunzipSync, gzipSync } from 'node:zlib';
import { extract, type Header, pack } from 'tar-stream';
import { type Digest, digestOf } from '../../../lib/image/digest.ts';

/** One entry of a layer. Paths are relative to the root, without a leading or trailing slash. */
export type LayerEntry =
  | {
      readonly type: 'file';
      readonly path: string;
      readonly mode: number;
      readonly content: Uint8Array;
    }
  | { readonly type: 'directory'; readonly path: string; readonly mode: number }
  | { readonly type: 'symlink' | 'link'; readonly path: string; readonly target: string };

/** A layer in a registry: the gzipped tar, and the digest of the tar (`diff_id`). */
export interface PackedLayer {
  readonly bytes: Uint8Array;
  readonly digest: Digest;
  readonly diffId: Digest;
}

/** Limit for an unpacked layer, in bytes. */
const MAX_UNPACKED_BYTES = 2 * 1024 * 1024 * 1024;

/** Packs entries in the given order. The same entries and time always give the same digest. */
export async function packLayer(
  entries: readonly LayerEntry[],
  modified: Date,
): Promise<PackedLayer> {
  const tar = pack();
  const chunks: Uint8Array[] = [];
  const collected = (async () => {
    for await (const chunk of tar) {
      chunks.push(bytesOf(chunk));
    }
  })();
  for (const entry of entries) {
    const header = {
      ...headerOf(entry),
      mtime: modified,
      uid: 0,
      gid: 0,
      uname: 'root',
      gname: 'root',
    };
    if (entry.type === 'file') {
      tar.entry(header, Buffer.from(entry.content));
    } else {
      tar.entry(header, new Uint8Array(0));
    }
  }
  tar.finalize();
  await collected;
  const plain = Buffer.concat(chunks);
  const bytes = compress(plain);
  return { bytes, digest: digestOf(bytes), diffId: digestOf(plain) };
}

/** Gzip independent of the machine: no time, and always the same operating system. */
function compress(plain: Uint8Array): Uint8Array {
  const bytes = gzipSync(plain, { level: constants.Z_BEST_SPEED });
  bytes[9] = 3;
  return bytes;
}

/** Reads a layer's entries in order, compressed or not. */
export async function readLayer(bytes: Uint8Array): Promise<readonly LayerEntry[]> {
  const zipped = bytes[0] === 0x1f && bytes[1] === 0x8b;
  const plain = zipped ? gunzipSync(bytes, { maxOutputLength: MAX_UNPACKED_BYTES }) : bytes;
  const reader = Readable.from([plain]).pipe(extract());
  const entries: LayerEntry[] = [];
  for await (const entry of reader) {
    const content: Uint8Array[] = [];
    for await (const chunk of entry) {
      content.push(bytesOf(chunk));
    }
    const parsed = entryOf(entry.header, content);
    if (parsed !== undefined) {
      entries.push(parsed);
    }
  }
  return entries;
}

/** Typed chunks, because tar-stream types them as `unknown`. */
function bytesOf(chunk: unknown): Uint8Array {
  if (!(chunk instanceof Uint8Array)) {
    throw new Error('a tar stream gave something other than bytes');
  }
  return chunk;
}

function headerOf(entry: LayerEntry): Pick<Header, 'name'> & Partial<Header> {
  switch (entry.type) {
    case 'file':
      return { name: entry.path, type: 'file', mode: entry.mode, size: entry.content.length };
    case 'directory':
      return { name: `${entry.path}/`, type: 'directory', mode: entry.mode };
    case 'symlink':
    case 'link':
      return { name: entry.path, type: entry.type, mode: 0o777, linkname: entry.target };
    default:
      return entry satisfies never;
  }
}

function entryOf(header: Header, content: readonly Uint8Array[]): LayerEntry | undefined {
  const path = cleanPath(header.name);
  const mode = header.mode;
  if (path === '') {
    return undefined;
  }
  switch (header.type) {
    case 'file':
    case 'contiguous-file':
      return { type: 'file', path, mode, content: Buffer.concat(content) };
    case 'directory':
      return { type: 'directory', path, mode };
    case 'symlink':
      return { type: 'symlink', path, target: header.linkname };
    case 'link':
      return { type: 'link', path, target: cleanPath(header.linkname) };
    default:
      return undefined;
  }
}

function cleanPath(name: string): string {
  return name.replace(/^(?:\.?\/)+/, '').replace(/\/+$/, '');
}
