import { expect, it } from 'vitest';
import { sha256Hex } from '../../../../lib/image/digest.ts';
import { fileReader, type LayerFile } from '../../../../lib/image/layer/layer-file.ts';
import { entryOf } from './layer-entries.ts';

function read(path: string, ...chunks: readonly string[]): LayerFile | undefined {
  const files: LayerFile[] = [];
  const reader = fileReader(entryOf(path), (file) => files.push(file));
  for (const chunk of chunks) reader.bytes(Buffer.from(chunk, 'latin1'));
  reader.end();
  return files[0];
}

it('hashes the whole content, however it is split', () => {
  const content = sha256Hex('one and two');

  expect(read('usr/bin/x', 'one and two')).toMatchObject({ content });
  expect(read('usr/bin/x', 'one ', '', 'and two')).toMatchObject({ content });
});

it.each([
  [['\x7fELF and more'], true],
  [['\x7fE', 'L', 'F and more'], true],
  [['\x7fELF'], true],
  [['\x7fEL'], false],
  [['#!/bin/sh'], false],
  [['x\x7fELF'], false],
  [[], false],
])('content in the chunks %j is in the ELF format: %s', (chunks, isElf) => {
  expect(read('usr/bin/x', ...chunks)).toMatchObject({ isElf });
});

it('keeps the text of a file that lists accounts, but of no other', () => {
  expect(read('etc/passwd', 'root:', 'x')?.text).toBe('root:x');
  expect(read('etc/passwd')?.text).toBe('');
  expect(read('etc/passwd-', 'x')).not.toHaveProperty('text');
});

it('keeps no text of a file that is too large to compare, even if only by one byte', () => {
  const largest = 'x'.repeat(256 * 1024);

  expect(read('etc/group', largest)?.text).toBe(largest);
  expect(read('etc/group', largest, 'x')).not.toHaveProperty('text');
});
