import { expect, it } from 'vitest';
import { readPaxRecords } from '../../../../lib/image/layer/pax-records.ts';

/** Records with their length in front. */
function records(...texts: readonly string[]): Buffer {
  const lines = texts.map((text) => {
    const bytes = Buffer.byteLength(text) + 2;
    const digits = `${bytes + `${bytes}`.length}`.length;
    return `${bytes + digits} ${text}\n`;
  });
  return Buffer.from(lines.join(''));
}

it('returns the path of the next entry', () => {
  expect(readPaxRecords(records('mtime=1.5', 'path=usr/bin/\u00e9', 'uid=0'))).toBe(
    'usr/bin/\u00e9',
  );
});

it.each([
  [[]],
  [['linkpath=a', 'gname=root']],
  [['SCHILY.xattr.security.capability=\u0001\u0000=\n']],
])('returns none without a path: %j', (texts) => {
  expect(readPaxRecords(records(...texts))).toBeUndefined();
});

it.each([
  ['a size', records('size=9'), 'of an unknown kind'],
  ['a key that Go does not write', records('GNU.sparse.name=a'), 'of an unknown kind'],
  ['an attribute without a name', records('SCHILY.xattr.=a'), 'of an unknown kind'],
  ['no key', records('=a'), 'of an unknown kind'],
  ['no value', records('path'), 'of an unknown kind'],
  ['a key twice', records('path=a', 'path=b'), 'repeated'],
  ['an empty path', records('path='), 'unclear'],
  ['a path with a NUL', records('path=a\0b'), 'unclear'],
  ['a link with a NUL', records('linkpath=a\0b'), 'unclear'],
  ['a length that is too large', Buffer.from('99 path=a\n'), 'unclear'],
  ['a length that is too small', Buffer.from('8 path=a\n'), 'unclear'],
  ['a length with a zero in front', Buffer.from('010 path=a\n'), 'unclear'],
  ['no length', Buffer.from('path=a\n'), 'unclear'],
  ['text behind the last record', Buffer.from('9 path=a\n\0\0'), 'unclear'],
])('refuses %s', (_, bytes, why) => {
  expect(() => readPaxRecords(bytes)).toThrow(`a pax record is ${why}`);
});
