import { expect, it } from 'vitest';
import { readDiversions } from '../../../../lib/image/change/diversions.ts';

function read(...chunks: readonly string[]): ReadonlyMap<string, string> | undefined {
  const all: ReadonlyMap<string, string>[] = [];
  const reader = readDiversions((diversions) => all.push(diversions));
  for (const chunk of chunks) reader.bytes(Buffer.from(chunk));
  reader.end();
  return all[0];
}

it('reads the listed path of each diverted file, however the content is split', () => {
  const diversions = [
    ['usr/bin/sh.distrib', 'usr/bin/sh'],
    ['usr/share/x.real', 'usr/share/x'],
  ];
  const text = '/bin/sh\n/bin/sh.distrib\ndash\n/usr/share/x\n/usr/share/x.real\n:\n';

  expect([...(read(text) ?? [])]).toEqual(diversions);
  expect([...(read(text.slice(0, 10), text.slice(10)) ?? [])]).toEqual(diversions);
});

it.each([
  ['an empty file', ''],
  ['two lines of three', '/bin/sh\n/bin/sh.distrib'],
  ['an empty listed path', '\n/bin/sh.distrib\ndash\n'],
  ['an empty actual path', '/bin/sh\n\ndash\n'],
])('finds no diversion in %s', (_, text) => {
  expect(read(text)?.size).toBe(0);
});

it('ignores what is behind the first megabyte', () => {
  const padding = `${'x'.repeat(1024 * 1024 - 3)}\n\n\n`;

  expect(read(padding, '/a\n/b\nc\n')?.size).toBe(0);
  expect(read(padding.slice(1), '/a\n/b\nc\n')?.get('b')).toBe('a');
});
