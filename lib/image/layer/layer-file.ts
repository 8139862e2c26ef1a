import { createHash } from 'node:crypto';
import type { ContentReader, LayerEntry } from './read-layer.ts';

/** A file, link or other node in a layer; no folder. */
export interface LayerFile extends LayerEntry {
  /** SHA-256 (hexadecimal) of a file's content. */
  readonly content?: string;
  /** The content is a program or a shared library in the ELF format. */
  readonly isElf?: boolean;
  /** The content of a file that lists accounts, if it is small. */
  readonly text?: string;
}

const ELF = Buffer.from('\x7fELF', 'latin1');
/** Files whose lines are compared. */
export const ACCOUNT_FILES: ReadonlySet<string> = new Set([
  'etc/group',
  'etc/gshadow',
  'etc/passwd',
  'etc/shadow',
  'etc/subgid',
  'etc/subuid',
]);
const MAX_ACCOUNT_BYTES = 256 * 1024;

/** Reads a file's content and passes on the entry with what matters of it. */
export function fileReader(entry: LayerEntry, done: (file: LayerFile) => void): ContentReader {
  const hash = createHash('sha256');
  const kept: Uint8Array[] = [];
  let keptBytes = 0;
  let size = 0;
  const keep = ACCOUNT_FILES.has(entry.path) ? MAX_ACCOUNT_BYTES : ELF.byteLength;
  return {
    bytes: (bytes) => {
      hash.update(bytes);
      size += bytes.byteLength;
      const taken = bytes.slice(0, Math.max(0, keep - keptBytes));
      if (taken.byteLength > 0) kept.push(taken);
      keptBytes += taken.byteLength;
    },
    end: () => {
      const begin = Buffer.concat(kept);
      done({
        ...entry,
        content: hash.digest('hex'),
        isElf: begin.subarray(0, ELF.byteLength).equals(ELF),
        ...(ACCOUNT_FILES.has(entry.path) && size <= keep && { text: begin.toString('utf8') }),
      });
    },
  };
}
