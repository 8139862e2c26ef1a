import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { unpackedLines } from '../../../../lib/pipeline/upkeep/unpacked-lines.ts';

async function linesOf(
  packed: Buffer,
  limits?: Parameters<typeof unpackedLines>[1],
): Promise<readonly string[]> {
  return (await Array.fromAsync(unpackedLines(packed, limits))).map(String);
}

const changed = gzipSync('a\n');
changed.writeUInt32LE(0, changed.byteLength - 8);

it('gives each line of a file in several parts', async () => {
  const long = 'x'.repeat(200_000);
  const packed = Buffer.concat([gzipSync(`a\n${long}\n`), gzipSync(''), gzipSync('\nb\n')]);

  expect(await linesOf(packed)).toEqual(['a', long, '', 'b']);
});

it.each([
  ['is no gzip file', Buffer.from('a\n'), 'another header'],
  ['was cut within a part', gzipSync('a\nb\n').subarray(0, 12), 'unexpected end of file'],
  ['was cut at the end of a part', gzipSync('a\nb\n').subarray(0, -1), 'has no end'],
  ['has something else behind', Buffer.concat([gzipSync('a\n'), Buffer.from('b')]), 'header'],
  ['was changed', changed, 'another checksum'],
  ['ends within a line', gzipSync('a\nb'), 'a line has no end'],
  ['has a part that is larger than any', gzipSync('x'.repeat(2000)), 'larger than 1000'],
  [
    'is larger than the limit',
    Buffer.concat(Array.from({ length: 5 }, () => gzipSync('a\n'.repeat(400)))),
    'more than 3000',
  ],
])('refuses a file that %s', async (_, packed, fault) => {
  const limits = { mostPartBytes: 1000, mostBytes: 3000 };

  await expect(linesOf(packed, limits)).rejects.toThrow(fault);
});
