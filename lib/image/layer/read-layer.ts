import { type Extract, extract, type Header } from 'tar-stream';
import { type DecompressionLimits, decompressed } from './decompress-layer.ts';
import { LayerError } from './layer-error.ts';
import { normalizedPath, plainPath } from './layer-path.ts';
import { isPackageList } from './package-lists.ts';
import { eachLine } from './read-lines.ts';

export interface EntryLimits {
  readonly maxEntries: number;
  /** All names and package lists together: they may have to be held in memory. */
  readonly maxTextBytes: number;
}

export interface LayerEntry {
  /** Normalized. */
  readonly path: string;
  /** The path as the archive has it (`bin/x`), if the normalized one differs (`usr/bin/x`). */
  readonly name?: string;
  readonly type: 'file' | 'folder' | 'symlink' | 'other';
  /** The symlink's target, not normalized. */
  readonly target?: string;
  /** Setuid, setgid, or file capabilities. */
  readonly privileged: boolean;
  /** The bits for permissions, setuid, setgid and sticky. */
  readonly mode: number;
  /** Ids of the user and of the group that own it. */
  readonly uid: number;
  readonly gid: number;
  /** When it was last modified, in milliseconds. */
  readonly time: number;
}

/** Receives the content of one file. */
export interface ContentReader {
  readonly bytes: (bytes: Uint8Array) => void;
  readonly end: () => void;
}

export interface LayerVisitor {
  readonly tarBytes: (bytes: Uint8Array) => void;
  readonly entry: (entry: LayerEntry) => void;
  /** Returns a reader for the lines of a package's file list (dpkg) or package database (apk). */
  readonly packageList: (entry: LayerEntry) => (line: string) => void;
  /** Returns a reader for the content of a file that is no package list, or nothing to skip it. */
  readonly content?: (entry: LayerEntry) => ContentReader | undefined;
}

/** Linux' PATH_MAX, in bytes. A tar header or a line of a hostile list may have megabytes. */
const MAX_PATH = 4096;
const SETUID_OR_SETGID = 0o6000;
const MODE = 0o7777;
const ENTRY_TYPES: ReadonlyMap<string, LayerEntry['type']> = new Map([
  ['file', 'file'],
  ['contiguous-file', 'file'],
  ['directory', 'folder'],
  ['symlink', 'symlink'],
]);
const CAPABILITIES = 'SCHILY.xattr.security.capability';

/**
 * Reads the whole layer and returns its uncompressed size in bytes. Throws a `LayerError` if the
 * content is unacceptable, and the stream's own error if reading fails.
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
  throw new LayerError('not-a-layer', 'it is not a valid tar archive');
}

/** Never rejects: errors of the archive reach `readEntries`. */
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
      throw new LayerError('too-large', `names and file lists exceed ${limits.maxTextBytes} bytes`);
    }
  };

  for await (const tarEntry of tar) {
    entries += 1;
    if (entries > limits.maxEntries) {
      throw new LayerError('too-many-entries', `it has more than ${limits.maxEntries} entries`);
    }
    const { name } = tarEntry.header;
    const target = tarEntry.header.linkname ?? '';
    if (Math.max(name.length, target.length) > MAX_PATH) {
      throw new LayerError('not-a-layer', `a path is longer than ${MAX_PATH} characters`);
    }
    holdText(name.length + target.length);

    const entry = entryOf(tarEntry.header);
    visitor.entry(entry);
    if (entry.type === 'file' && isPackageList(entry.path)) {
      const line = visitor.packageList(entry);
      // A truncated path is longer than any accepted path, so it can't match one.
      await eachLine(bytesOf(tarEntry, holdText), line, { maxLine: MAX_PATH + 3 });
      continue;
    }
    const content = entry.type === 'file' ? visitor.content?.(entry) : undefined;
    if (content === undefined) tarEntry.resume();
    else await readContent(tarEntry, content);
  }
}

async function readContent(chunks: AsyncIterable<unknown>, content: ContentReader): Promise<void> {
  for await (const chunk of bytesOf(chunks, () => undefined)) content.bytes(chunk);
  content.end();
}

/** The name of an entry as the archive has it. */
export function nameOf({ name, path }: Pick<LayerEntry, 'name' | 'path'>): string {
  return name ?? path;
}

function entryOf(header: Header): LayerEntry {
  const { mode, type, linkname, pax, mtime, uid, gid } = header;
  const capable = typeof pax === 'object' && pax !== null && CAPABILITIES in pax;
  const [path, name] = [normalizedPath(header.name), plainPath(header.name)];
  return {
    path,
    ...(name !== path && { name }),
    type: ENTRY_TYPES.get(type) ?? 'other',
    ...(type === 'symlink' && linkname ? { target: linkname } : {}),
    privileged: type !== 'symlink' && ((mode & SETUID_OR_SETGID) !== 0 || capable),
    mode: mode & MODE,
    uid,
    gid,
    time: mtime?.getTime() ?? 0,
  };
}

async function* bytesOf(
  chunks: AsyncIterable<unknown>,
  hold: (length: number) => void,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    if (!(chunk instanceof Uint8Array)) throw new TypeError('a tar entry chunk is not bytes');
    hold(chunk.byteLength);
    yield chunk;
  }
}
