import { LayerError } from './layer-error.ts';
import { readPaxRecords } from './pax-records.ts';
import { readTarHeader } from './tar-header.ts';

const BLOCK = 512;
const ZEROS = Buffer.alloc(64 * 1024);
/** As Go limits it. */
const MAX_PAX_BYTES = 1024 * 1024;

type Part =
  | { readonly kind: 'header' }
  | { readonly kind: 'records'; readonly size: number }
  | { readonly kind: 'content' }
  /** The zero blocks that end an archive. */
  | { readonly kind: 'end' };

/**
 * Checks that an added layer's archive has one meaning: plain headers, and nothing behind its end.
 * Readers differ in what they make of others, so that one could unpack what another does not show.
 * Takes the archive's bytes in order and throws a `LayerError`.
 */
export class CanonicalTar {
  #part: Part = { kind: 'header' };
  /** Bytes of the part that are still to come. */
  #left = BLOCK;
  #collected: Uint8Array[] = [];
  /** Of the pax header before the next entry. */
  #records: { readonly path: string | undefined } | undefined;

  add(bytes: Uint8Array): void {
    let at = 0;
    while (at < bytes.byteLength) {
      if (this.#part.kind === 'end') {
        refuseContent(bytes.subarray(at));
        return;
      }
      const taken = Math.min(this.#left, bytes.byteLength - at);
      // A copy, because a stream may use its buffer again.
      if (this.#part.kind !== 'content') this.#collected.push(bytes.slice(at, at + taken));
      at += taken;
      this.#left -= taken;
      if (this.#left === 0) this.#finish(this.#part);
    }
  }

  /** Call it after the last byte. */
  end(): void {
    if (this.#part.kind !== 'end') throw new LayerError('not-a-layer', 'its archive has no end');
  }

  #finish(part: Exclude<Part, { readonly kind: 'end' }>): void {
    const bytes = Buffer.concat(this.#collected);
    this.#collected = [];
    switch (part.kind) {
      case 'header':
        if (isZeros(bytes)) this.#begin({ kind: 'end' }, 0);
        else this.#afterHeader(bytes);
        return;
      case 'records':
        this.#records = { path: readPaxRecords(bytes.subarray(0, part.size)) };
        this.#begin({ kind: 'header' }, BLOCK);
        return;
      case 'content':
        this.#begin({ kind: 'header' }, BLOCK);
        return;
      default:
        part satisfies never;
    }
  }

  #afterHeader(block: Uint8Array): void {
    const { type, size, namesFolder } = readTarHeader(block);
    const padded = Math.ceil(size / BLOCK) * BLOCK;
    if (type === 'pax') {
      if (this.#records !== undefined || size === 0 || size > MAX_PAX_BYTES) {
        throw new LayerError('unclear-header', 'a pax header is empty, repeated or too large');
      }
      this.#begin({ kind: 'records', size }, padded);
      return;
    }
    const isFolder = this.#records?.path?.endsWith('/') ?? namesFolder;
    if (isFolder && type !== 'folder') {
      throw new LayerError('unclear-header', 'an entry has the name of a folder and is none');
    }
    this.#records = undefined;
    if (padded > 0) this.#begin({ kind: 'content' }, padded);
    else this.#begin({ kind: 'header' }, BLOCK);
  }

  #begin(part: Part, left: number): void {
    if (part.kind === 'end' && this.#records !== undefined) {
      throw new LayerError('unclear-header', 'a pax header has no entry');
    }
    this.#part = part;
    this.#left = left;
  }
}

function refuseContent(bytes: Uint8Array): void {
  if (!isZeros(bytes)) {
    throw new LayerError('entries-behind-the-end', 'it has content behind the end of its archive');
  }
}

function isZeros(bytes: Uint8Array): boolean {
  for (let at = 0; at < bytes.byteLength; at += ZEROS.byteLength) {
    const part = bytes.subarray(at, at + ZEROS.byteLength);
    if (ZEROS.compare(part, 0, part.byteLength, 0, part.byteLength) !== 0) return false;
  }
  return true;
}
