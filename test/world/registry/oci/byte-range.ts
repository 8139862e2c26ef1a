import { RegistryFault } from '../errors.ts';
import type { ByteRange } from '../storage/blob-store.ts';

/**
 * The range of a `Range` header. Undefined for none, and for anything but a single byte range, which
 * must be ignored (RFC 9110, 14.2). @throws RegistryFault `RANGE_INVALID` (416) outside the blob.
 */
export function parseByteRange(header: string | undefined, size: number): ByteRange | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header ?? '');
  const [, first = '', last = ''] = match ?? [];
  if (match === null || (first === '' && last === '')) {
    return undefined;
  }
  const start = first === '' ? Math.max(size - Number(last), 0) : Number(first);
  const end = first === '' || last === '' ? size - 1 : Math.min(Number(last), size - 1);
  if (start >= size || start > end) {
    throw new RegistryFault('RANGE_INVALID', 'invalid range', {
      headers: { 'Content-Range': `bytes */${size}` },
    });
  }
  return { start, end };
}
