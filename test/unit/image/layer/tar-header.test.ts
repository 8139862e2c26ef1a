import { expect, it } from 'vitest';
import { readTarHeader } from '../../../../lib/image/layer/tar-header.ts';
import { type TarEntry, tarOf } from './layer-samples.ts';

/** The header of this entry with text at these places, and a checksum that fits. */
async function header(entry: TarEntry, edits: Readonly<Record<number, string>> = {}) {
  const block = (await tarOf([entry])).subarray(0, 512);
  for (const [at, text] of Object.entries(edits)) block.write(text, Number(at), 'latin1');
  block.fill(' ', 148, 156);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return block;
}

const FILE: TarEntry = { name: 'usr/bin/x', mode: 0o755, text: 'program' };

it.each<[TarEntry, object]>([
  [FILE, { type: 'file', size: 7, namesFolder: false }],
  [
    { name: 'usr', type: 'directory' },
    { type: 'folder', size: 0, namesFolder: false },
  ],
  [
    { name: 'a', type: 'link', linkname: 'b' },
    { type: 'link', size: 0, namesFolder: false },
  ],
  [
    { name: 'a', type: 'symlink', linkname: 'b' },
    { type: 'symlink', size: 0, namesFolder: false },
  ],
  [
    { name: 'a', type: 'fifo' },
    { type: 'fifo', size: 0, namesFolder: false },
  ],
])('reads %j', async (entry, expected) => {
  expect(readTarHeader(await header(entry))).toEqual(expected);
});

it('says that the name is that of a folder', async () => {
  expect(readTarHeader(await header(FILE, { 0: 'usr/\0\0\0\0\0' }))).toMatchObject({
    type: 'file',
    namesFolder: true,
  });
});

it('reads the records of the entry that follows, which have content', async () => {
  expect(readTarHeader(await header(FILE, { 156: 'x' }))).toMatchObject({ type: 'pax', size: 7 });
});

it.each([
  ['another format', { 257: 'ustar  \0' }, 'not a tar archive in the POSIX format'],
  ['a device', { 156: '3' }, 'of a type that no package has'],
  ['a name with text behind its end', { 0: 'a\0b' }, 'behind the end of its name'],
  ['a target with text behind its end', { 157: 'a\0b' }, 'behind the end of its target'],
  ['a prefix with text behind its end', { 345: 'a\0b' }, 'behind the end of its prefix'],
  ['a number that is not octal', { 124: '00000000009\0' }, 'whose size is no plain octal number'],
  ['an empty number', { 136: '\0'.repeat(12) }, 'whose time is no plain octal number'],
  ['a mode that is too large', { 100: '0200000\0' }, 'whose mode is too large'],
  ['a folder with content', { 156: '5' }, 'with content, although it is no file'],
])('refuses %s', async (_, edits, why) => {
  const block = await header(FILE, edits);

  expect(() => readTarHeader(block)).toThrow(why);
});

it('accepts the largest mode', async () => {
  expect(readTarHeader(await header(FILE, { 100: '0177777\0' }))).toMatchObject({ type: 'file' });
});

it('refuses a wrong checksum', async () => {
  const block = await header(FILE);
  block.write('y', 0);

  expect(() => readTarHeader(block)).toThrow('whose checksum is wrong');
});
