import { LayerError } from './layer-error.ts';

/** Keys of POSIX pax that Go writes. `size` is missing: it moves the next header. */
const KEYS: ReadonlySet<string> = new Set([
  'atime',
  'ctime',
  'gid',
  'gname',
  'linkpath',
  'mtime',
  'path',
  'uid',
  'uname',
]);
const ATTRIBUTE = 'SCHILY.xattr.';
const RECORD = /^([1-9][0-9]{0,6}) /;
const PATHS = ['path', 'linkpath'];

/**
 * Checks the records of a pax header: `LENGTH KEY=VALUE\n`, back to back, each key once. Returns the
 * path that they give to the next entry. Throws a `LayerError` for anything else.
 */
export function readPaxRecords(bytes: Uint8Array): string | undefined {
  const seen = new Set<string>();
  const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let path: string | undefined;
  for (let at = 0; at < all.byteLength; ) {
    const [prefix = '', digits = '0'] = RECORD.exec(all.toString('latin1', at, at + 8)) ?? [];
    const end = at + Number(digits);
    if (prefix === '' || end > all.byteLength || all[end - 1] !== 0x0a) throw unclear('unclear');
    const record = all.subarray(at + prefix.length, end - 1);
    const equals = record.indexOf('=');
    const key = record.toString('latin1', 0, Math.max(equals, 0));
    if (!KEYS.has(key) && !(key.startsWith(ATTRIBUTE) && key.length > ATTRIBUTE.length)) {
      throw unclear('of an unknown kind');
    }
    if (seen.has(key)) throw unclear('repeated');
    seen.add(key);
    const value = record.subarray(equals + 1);
    if (PATHS.includes(key) && (value.length === 0 || value.includes(0))) throw unclear('unclear');
    if (key === 'path') path = value.toString('utf8');
    at = end;
  }
  return path;
}

function unclear(what: string): LayerError {
  return new LayerError('unclear-header', `a pax record is ${what}`);
}
