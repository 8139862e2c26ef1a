import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { UNPACK_LIMITS, unpackedLines } from '../../../../lib/pipeline/upkeep/unpacked-lines.ts';

async function linesOf(packed: Uint8Array, limits = UNPACK_LIMITS): Promise<readonly string[]> {
  return (await Array.fromAsync(unpackedLines(packed, limits))).map(String);
}

it('gives each line of a file in several parts, also if it is longer than what is unpacked at once', async () => {
  const long = 'x'.repeat(200_000);
  const packed = Buffer.concat([gzipSync(`a\n${long}\n`), gzipSync('\nb\n')]);

  expect(await linesOf(packed)).toEqual(['a', long, '', 'b']);
});

it.each([
  ['is no gzip file', Buffer.from('a\n'), 'incorrect header check'],
  ['was cut', gzipSync('a\nb\n').subarray(0, -1), 'unexpected end of file'],
  ['ends within a line', gzipSync('a\nb'), 'its last line has no end'],
  ['has a longer line than any row', gzipSync(`${'x'.repeat(50_000)}\n`), 'a line that is no row'],
  ['is larger than the limit', gzipSync('a\n'.repeat(60_000)), 'more than 100000 bytes'],
])('refuses a file that %s', async (_, packed, fault) => {
  const limits = { mostBytes: 100_000, mostLineBytes: 1000 };

  await expect(linesOf(packed, limits)).rejects.toThrow(fault);
});
