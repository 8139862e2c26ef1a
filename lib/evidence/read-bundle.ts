import { createHash } from 'node:crypto';
import { createGunzip } from 'node:zlib';
import { type Extract, extract, type Header } from 'tar-stream';

/** The file is no bundle that Patchwright made. The message completes a sentence: `it …`. */
export class BundleError extends Error {}

/** What the archive has of one file. */
export interface FoundFile {
  readonly bytes: number;
  readonly sha256: string;
}

export interface BundleContents {
  readonly files: ReadonlyMap<string, FoundFile>;
  /** The bytes of the wanted files, by path. */
  readonly kept: ReadonlyMap<string, Uint8Array>;
}

export interface ReadLimits {
  readonly mostFiles: number;
  /** Of one file, and of one that is kept in memory. */
  readonly mostFileBytes: number;
  readonly mostKeptBytes: number;
  /** Of all files, uncompressed. */
  readonly mostBytes: number;
}

/** A report has at most some 100 MB; a bundle at most 200,000 files and two lists of them. */
export const READ_LIMITS: ReadLimits = {
  mostFiles: 200_002,
  mostFileBytes: 256 * 1024 * 1024,
  mostKeptBytes: 96 * 1024 * 1024,
  mostBytes: 256 * 1024 ** 3,
};

interface Progress {
  /** Bytes given to the tar reader. */
  fed: number;
  /** Bytes at which the file that is read now ends, or a few more. */
  expected: number;
}

/** What the tar may have beside files: extended headers, which are held in memory, and its end. */
const MOST_OTHER_BYTES = 1024 * 1024;
const BLOCK = 512;
const MAX_PATH = 1000;
/** Relative, without `.`, `..`, empty parts or anything that a shell or a terminal interprets. */
const PATH = /^(?!.*(?:^|\/)\.{1,2}(?:\/|$))[\w.@:+-]+(?:\/[\w.@:+-]+)*$/;

/**
 * Hashes every file of a tar.gz piece by piece, and writes nothing. Throws a `BundleError` for links,
 * folders, paths that lead out, a path that comes twice, and sizes above the limits.
 */
export async function readBundle(
  chunks: AsyncIterable<Uint8Array>,
  wanted: readonly string[],
  limits: ReadLimits = READ_LIMITS,
): Promise<BundleContents> {
  const tar = extract();
  const seen: Progress = { fed: 0, expected: 0 };
  const reading = readFiles(tar, { wanted, limits, seen }).then(
    (contents) => ({ contents }),
    (error: unknown) => ({ error }),
  );
  try {
    await feed(tar, chunks, { reading, seen });
  } catch (error) {
    tar.destroy();
    await reading;
    throw error;
  }
  tar.end(undefined);
  const read = await reading;
  if ('contents' in read) return read.contents;
  throw read.error instanceof BundleError
    ? read.error
    : new BundleError('is not a valid tar archive');
}

/** Writes the uncompressed bytes to the tar reader, as fast as that reads them. */
async function feed(
  tar: Extract,
  chunks: AsyncIterable<Uint8Array>,
  { reading, seen }: { readonly reading: Promise<unknown>; readonly seen: Progress },
): Promise<void> {
  const gunzip = createGunzip();
  const written = writeAll(gunzip, chunks);
  written.catch((error: unknown) => gunzip.destroy(error instanceof Error ? error : undefined));
  try {
    for await (const chunk of gunzip as AsyncIterable<Uint8Array>) {
      if (tar.destroyed) return;
      seen.fed += chunk.byteLength;
      if (!tar.write(chunk)) await Promise.race([drained(tar), reading]);
      if (seen.fed > seen.expected + MOST_OTHER_BYTES) {
        throw new BundleError('has a header that is too large');
      }
    }
    await written;
  } catch (error) {
    if (error instanceof BundleError || !isZlib(error)) throw error;
    throw new BundleError('is not gzip, or is cut off');
  } finally {
    gunzip.destroy();
  }
}

async function writeAll(
  gunzip: ReturnType<typeof createGunzip>,
  chunks: AsyncIterable<Uint8Array>,
): Promise<void> {
  for await (const chunk of chunks) {
    if (gunzip.destroyed) return;
    if (!gunzip.write(chunk)) {
      await new Promise<void>((resolve) => {
        gunzip.once('drain', resolve).once('close', resolve);
      });
    }
  }
  gunzip.end();
}

function isZlib(error: unknown): boolean {
  return error instanceof Error && 'code' in error && /^Z_|^ERR_STREAM/.test(String(error.code));
}

function drained(tar: Extract): Promise<void> {
  return new Promise((resolve) => {
    tar.once('drain', () => resolve());
  });
}

async function readFiles(
  tar: Extract,
  {
    wanted,
    limits,
    seen,
  }: {
    readonly wanted: readonly string[];
    readonly limits: ReadLimits;
    readonly seen: Progress;
  },
): Promise<BundleContents> {
  const files = new Map<string, FoundFile>();
  const kept = new Map<string, Uint8Array>();
  let total = 0;
  for await (const entry of tar) {
    const { name } = entry.header;
    const bytes = sizeOf(entry.header, limits);
    total += bytes;
    seen.expected = Math.max(seen.expected, seen.fed) + Math.ceil(bytes / BLOCK) * BLOCK;
    if (files.has(name)) throw new BundleError(`has ${name} twice`);
    if (files.size >= limits.mostFiles) {
      throw new BundleError(`has more than ${limits.mostFiles} files`);
    }
    if (total > limits.mostBytes) throw new BundleError(`has more than ${limits.mostBytes} bytes`);
    const isKept = wanted.includes(name);
    if (isKept && bytes > limits.mostKeptBytes) throw new BundleError(`has a too large ${name}`);
    const pieces: Uint8Array[] = [];
    const hash = createHash('sha256');
    for await (const piece of entry as AsyncIterable<Uint8Array>) {
      hash.update(piece);
      if (isKept) pieces.push(piece);
    }
    files.set(name, { bytes, sha256: hash.digest('hex') });
    if (isKept) kept.set(name, Buffer.concat(pieces));
  }
  return { files, kept };
}

/** Texts of a hostile archive are not quoted. */
function sizeOf({ name, type, size = 0 }: Header, limits: ReadLimits): number {
  if (name.length > MAX_PATH || !PATH.test(name)) {
    throw new BundleError(
      'has a path that no bundle has, such as one that leads out of its folder',
    );
  }
  if (type !== 'file') throw new BundleError(`has a ${type ?? 'strange entry'}, not only files`);
  if (size > limits.mostFileBytes) {
    throw new BundleError(`has a file above ${limits.mostFileBytes} bytes`);
  }
  return size;
}
