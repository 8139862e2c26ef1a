import { expect, it } from 'vitest';
import { applyLayers, readText, resolveFile } from './image-files.ts';
import { type LayerEntry, packLayer, readLayer } from './layer.ts';

function file(path: string, text: string): LayerEntry {
  return { type: 'file', path, mode: 0o644, content: Buffer.from(text) };
}

const TIME = new Date('2025-01-01T00:00:00Z');

it('packs the same entries to the same digest, and reads them back', async () => {
  const entries: LayerEntry[] = [
    { type: 'directory', path: 'etc', mode: 0o755 },
    file('etc/hostname', 'box\n'),
    { type: 'symlink', path: 'lib', target: 'usr/lib' },
  ];

  const [once, again] = [await packLayer(entries, TIME), await packLayer(entries, TIME)];

  expect(again.digest).toBe(once.digest);
  const back = await readLayer(once.bytes);
  expect(back.map((entry) => [entry.type, entry.path])).toEqual([
    ['directory', 'etc'],
    ['file', 'etc/hostname'],
    ['symlink', 'lib'],
  ]);
  expect(readText(applyLayers([back]), 'etc/hostname')).toBe('box\n');
});

it('lets a later layer replace, hide and empty content of an earlier one', () => {
  const lower = [
    file('a/one', '1'),
    file('a/two', '2'),
    file('b/three', '3'),
    file('c/d/four', '4'),
  ];
  const upper = [
    file('a/one', 'new'),
    file('a/.wh.two', ''),
    file('b/.wh..wh..opq', ''),
    file('.wh.c', ''),
  ];

  const files = applyLayers([lower, upper]);

  expect([...files.keys()]).toEqual(['a/one']);
  expect(readText(files, 'a/one')).toBe('new');
});

it('keeps the content of the opaque layer itself', () => {
  const files = applyLayers([
    [file('b/old', '1')],
    [file('b/new', '2'), file('b/.wh..wh..opq', '')],
  ]);

  expect([...files.keys()]).toEqual(['b/new']);
});

it('follows links to files and folders, and stops at a loop', () => {
  const files = applyLayers([
    [
      file('usr/lib/os-release', 'ID=debian\n'),
      { type: 'symlink', path: 'etc/os-release', target: '../usr/lib/os-release' },
      { type: 'symlink', path: 'lib', target: '/usr/lib' },
      { type: 'symlink', path: 'x', target: 'y' },
      { type: 'symlink', path: 'y', target: 'x' },
    ],
  ]);

  expect(readText(files, 'etc/os-release')).toBe('ID=debian\n');
  expect(resolveFile(files, 'lib/os-release')?.path).toBe('usr/lib/os-release');
  expect(resolveFile(files, 'x')).toBeUndefined();
});
