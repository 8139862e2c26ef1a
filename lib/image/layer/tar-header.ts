import { LayerError } from './layer-error.ts';

/** The part of a header block that decides where the next header begins. */
export interface TarHeader {
  readonly type: TarType;
  /** Bytes of the content that follows, without padding. */
  readonly size: number;
  /** The name field ends with a slash. A pax record may replace the name. */
  readonly namesFolder: boolean;
}

/** An entry of a package, or `pax` for the records of the entry that follows. */
export type TarType = 'file' | 'link' | 'symlink' | 'folder' | 'fifo' | 'pax';

/** Devices are missing on purpose: a character device 0:0 is a deletion for overlayfs. */
const TYPES: ReadonlyMap<string, TarType> = new Map([
  ['0', 'file'],
  ['1', 'link'],
  ['2', 'symlink'],
  ['5', 'folder'],
  ['6', 'fifo'],
  ['x', 'pax'],
]);
const CHECKSUM = { at: 148, length: 8 } as const;
const NUMBERS = {
  mode: { at: 100, length: 8 },
  owner: { at: 108, length: 8 },
  group: { at: 116, length: 8 },
  size: { at: 124, length: 12 },
  time: { at: 136, length: 12 },
  checksum: CHECKSUM,
} as const;
const TEXTS = {
  name: { at: 0, length: 100 },
  target: { at: 157, length: 100 },
  prefix: { at: 345, length: 155 },
} as const;
const POSIX = 'ustar\x0000';
const OCTAL = /^[0-7]+[ \0]*$/;
const TEXT = /^[^\0]*\0*$/;
const MAX_MODE = 0o177_777;

/**
 * Reads a header block that every reader of tar understands in the same way, as the archive/tar
 * package of Go writes it. Throws a `LayerError` for any other: a number or a name that two readers
 * read differently hides a file from one of them.
 */
export function readTarHeader(block: Uint8Array): TarHeader {
  const text = Buffer.from(block.buffer, block.byteOffset, block.byteLength).toString('latin1');
  if (text.slice(257, 265) !== POSIX) {
    throw new LayerError('not-a-layer', 'it is not a tar archive in the POSIX format');
  }
  const type = TYPES.get(text.charAt(156));
  if (type === undefined) throw unclear('of a type that no package has');
  for (const [what, field] of Object.entries(TEXTS)) {
    if (!TEXT.test(textOf(text, field))) throw unclear(`with text behind the end of its ${what}`);
  }
  const numbers = numbersIn(text);
  if (numbers.mode > MAX_MODE) throw unclear('whose mode is too large');
  if (numbers.checksum !== sumOf(block)) throw unclear('whose checksum is wrong');
  if (type !== 'file' && type !== 'pax' && numbers.size !== 0) {
    throw unclear('with content, although it is no file');
  }
  const namesFolder = textOf(text, TEXTS.name).replace(/\0+$/, '').endsWith('/');
  return { type, size: numbers.size, namesFolder };
}

function numbersIn(text: string): Record<keyof typeof NUMBERS, number> {
  const read = (what: keyof typeof NUMBERS) => {
    const field = textOf(text, NUMBERS[what]);
    if (!OCTAL.test(field)) throw unclear(`whose ${what} is no plain octal number`);
    return Number.parseInt(field, 8);
  };
  return {
    mode: read('mode'),
    owner: read('owner'),
    group: read('group'),
    size: read('size'),
    time: read('time'),
    checksum: read('checksum'),
  };
}

/** The checksum counts its own field as spaces. */
function sumOf(block: Uint8Array): number {
  const { at, length } = CHECKSUM;
  let sum = 32 * length;
  for (const [index, byte] of block.entries()) {
    if (index < at || index >= at + length) sum += byte;
  }
  return sum;
}

function textOf(text: string, field: { readonly at: number; readonly length: number }): string {
  return text.slice(field.at, field.at + field.length);
}

function unclear(what: string): LayerError {
  return new LayerError('unclear-header', `it has an entry ${what}`);
}
