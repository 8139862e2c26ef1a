import { type Extract, extract, type Header } from 'tar-stream';
import { type DecompressionLimits, decompressed } from './decompress-layer.ts';
import { LayerError } from './layer-error.ts';
import { normalizedPath } from './layer-path.ts';
import { isPackageList } from './package-lists.ts';
import { eachLine } from './read-lines.ts';

export interface EntryLimits {
  readonly maxEntries: number;
  /** Of all names, and of the package lists that are read: what may have to be held in memory. */
  readonly maxTextBytes: number;
}

export interface LayerEntry {
  /** Normalized. */
  readonly path: string;
  readonly type: 'file' | 'folder' | 'symlink' | 'other';
  /** Of a symlink, as it stands there. */
  readonly target?: string;
  /** Setuid, setgid, or file capabilities. */
  readonly privileged: boolean;
}

export interface LayerVisitor {
  readonly tarBytes: (bytes: Uint8Array) => void;
  readonly entry: (entry: LayerEntry) => void;
  /** What takes the lines of a package's file list (dpkg) or of the package database (apk). */
  readonly packageList: (path: string) => (line: string) => void;
}

/** In bytes, as in Linux' PATH_MAX; a tar's header, or a line of a list, may claim megabytes. */
const MAX_PATH = 4096;
const SETUID_OR_SETGID = 0o6000;
const ENTRY_TYPES: ReadonlyMap<string, LayerEntry['type']> = new Map([
  ['file', 'file'],
  ['contiguous-file', 'file'],
  ['directory', 'folder'],
  ['symlink', 'symlink'],
]);
const CAPABILITIES = 'SCHILY.xattr.security.capability';

/**
 * Reads the whole layer and gives the number of its uncompressed bytes. Throws a LayerError for what
 * it holds, and the stream's own error where that fails.
 */
export async function readLayer(
  layer: AsyncIterable<Uint8Array>,
  limits: EntryLimits & DecompressionLimits,
  visitor: LayerVisitor,
): Promise<number> {
  const tar = extract();
  const reading = readEntries(tar, limits, visitor).then(
    () => undefined,
    (error: unknown) => ({ error }),
  );

  let bytes = 0;
  try {
    for await (const chunk of decompressed(layer, limits)) {
      bytes += chunk.byteLength;
      visitor.tarBytes(chunk);
      if (tar.destroyed) break;
      if (!tar.write(chunk)) await Promise.race([drained(tar), reading]);
    }
  } catch (error) {
    tar.destroy();
    await reading;
    throw error;
  }

  tar.end(undefined);
  const failure = await reading;
  if (failure === undefined) return bytes;
  if (failure.error instanceof LayerError) throw failure.error;
  throw new LayerError('not-a-layer', 'it is not a tar archive, or a broken one');
}

/** Never rejects: what goes wrong with the archive arrives at its reader. */
function drained(tar: Extract): Promise<void> {
  return new Promise((resolve) => {
    tar.once('drain', () => resolve());
  });
}

async function readEntries(
  tar: Extract,
  limits: EntryLimits,
  visitor: LayerVisitor,
): Promise<void> {
  let entries = 0;
  let textBytes = 0;
  const holdText = (length: number) => {
    textBytes += length;
    if (textBytes > limits.maxTextBytes) {
      throw new LayerError('too-large', `names and file lists pass ${limits.maxTextBytes} bytes`);
    }
  };

  for await (const tarEntry of tar) {
    entries += 1;
    if (entries > limits.maxEntries) {
      throw new LayerError('too-many-entries', `it holds more than ${limits.maxEntries} entries`);
    }
    const { name } = tarEntry.header;
    const target = tarEntry.header.linkname ?? '';
    if (Math.max(name.length, target.length) > MAX_PATH) {
      throw new LayerError('not-a-layer', `a path is longer than ${MAX_PATH}`);
    }
    holdText(name.length + target.length);

    const entry = entryOf(tarEntry.header);
    visitor.entry(entry);
    if (entry.type === 'file' && isPackageList(entry.path)) {
      const line = visitor.packageList(entry.path);
      // A path that is cut off is longer than any that a layer may hold, and so owns nothing.
      await eachLine(textOf(tarEntry, holdText), line, { maxLine: MAX_PATH + 3 });
    } else {
      tarEntry.resume();
    }
  }
}

function entryOf({ name, mode, type, linkname, pax }: Header): LayerEntry {
  const capable = typeof pax === 'object' && pax !== null && CAPABILITIES in pax;
  return {
    path: normalizedPath(name),
    type: ENTRY_TYPES.get(type) ?? 'other',
    ...(type === 'symlink' && linkname ? { target: linkname } : {}),
    privileged: type !== 'symlink' && ((mode & SETUID_OR_SETGID) !== 0 || capable),
  };
}

async function* textOf(
  chunks: AsyncIterable<unknown>,
  hold: (length: number) => void,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    if (!(chunk instanceof Uint8Array)) throw new TypeError('a tar entry gave no bytes');
    hold(chunk.byteLength);
    yield chunk;
  }
}
