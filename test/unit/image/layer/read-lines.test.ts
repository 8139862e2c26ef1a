import { expect, it } from 'vitest';
import { eachLine } from '../../../../lib/image/layer/read-lines.ts';

async function linesOf(text: string, options: { size?: number; maxLine?: number } = {}) {
  const { size = 1_000_000, maxLine = 1000 } = options;
  const bytes = Buffer.from(text);
  async function* chunks() {
    for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
  }
  const lines: string[] = [];
  await eachLine(chunks(), (line) => void lines.push(line), { maxLine });
  return lines;
}

it.each([1, 2, 3, 100])('reads lines from chunks of %d bytes', async (size) => {
  expect(await linesOf('one\n\nzwölf 😀\nlast', { size })).toEqual(['one', '', 'zwölf 😀', 'last']);
});

it('reads an empty line after the last line feed and from an empty stream', async () => {
  expect(await linesOf('a\n')).toEqual(['a', '']);
  expect(await linesOf('')).toEqual(['']);
});

it.each([1, 7, 1000])('cuts a line that is too long, in chunks of %d bytes', async (size) => {
  const text = `${'x'.repeat(50)}\nshort\n${'y'.repeat(50)}`;

  expect(await linesOf(text, { size, maxLine: 10 })).toEqual([
    'x'.repeat(10),
    'short',
    'y'.repeat(10),
  ]);
});

it('reads many lines without blocking the event loop', async () => {
  let turns = 0;
  let reading = true;
  const turn = () => {
    turns += 1;
    if (reading) setImmediate(turn);
  };
  setImmediate(turn);

  const lines = await linesOf('x\n'.repeat(500_000));

  reading = false;
  expect(lines).toHaveLength(500_001);
  expect(turns).toBeGreaterThan(10);
});
