import { describe, expect, it } from 'vitest';
import { LAYER_LIMITS } from '../../../../lib/image/layer/inspect-layer.ts';
import { type LayerEntry, readLayer } from '../../../../lib/image/layer/read-layer.ts';
import { streamOf, type TarEntry, tarOf } from './layer-samples.ts';

async function read(entries: readonly TarEntry[], limits: Partial<typeof LAYER_LIMITS> = {}) {
  const tar = await tarOf(entries);
  const found: LayerEntry[] = [];
  const lines: string[] = [];
  let tarBytes = 0;
  const bytes = await readLayer(
    streamOf(tar, 100),
    { ...LAYER_LIMITS, ...limits },
    {
      tarBytes: (chunk) => {
        tarBytes += chunk.byteLength;
      },
      entry: (entry) => found.push(entry),
      packageList:
        ({ path }) =>
        (line) =>
          lines.push(`${path}: ${line}`),
    },
  );
  return { found, lines, bytes, tarBytes, size: tar.byteLength };
}

describe('readLayer', () => {
  it('passes on every byte and returns the number of bytes', async () => {
    const { bytes, tarBytes, size } = await read([{ name: 'a', text: 'x'.repeat(1000) }]);

    expect([bytes, tarBytes]).toEqual([size, size]);
  });

  it.each<readonly [string, TarEntry, Partial<LayerEntry>]>([
    ['a file', { name: './usr/bin/x' }, { path: 'usr/bin/x', type: 'file', privileged: false }],
    ['a folder', { name: 'usr/', type: 'directory' }, { path: 'usr', type: 'folder' }],
    [
      'a symlink, with its target',
      { name: 'opt/x', type: 'symlink', linkname: '../usr/bin' },
      { path: 'opt/x', type: 'symlink', target: '../usr/bin' },
    ],
    ['a device', { name: 'dev/null', type: 'character-device' }, { type: 'other' }],
    ['a file with setuid', { name: 'su', mode: 0o4755 }, { privileged: true }],
    ['a file with setgid', { name: 'wall', mode: 0o2755 }, { privileged: true }],
    [
      'a file with capabilities',
      { name: 'ping', pax: { 'SCHILY.xattr.security.capability': 'x' } },
      { privileged: true },
    ],
    [
      'a file with another attribute',
      { name: 'x', pax: { 'SCHILY.xattr.user.note': 'x' } },
      { privileged: false },
    ],
    [
      'a symlink and ignores its mode',
      { name: 'x', type: 'symlink', linkname: 'y', mode: 0o4777 },
      { privileged: false },
    ],
  ])('describes %s', async (_, entry, wanted) => {
    const { found } = await read([entry]);

    expect(found).toEqual([expect.objectContaining(wanted)]);
  });

  it('reads the lines of package lists only', async () => {
    const { lines } = await read([
      { name: 'var/lib/dpkg/info/a.list', text: '/usr/bin/a\n/etc/a' },
      { name: 'usr/share/a.list', text: '/usr/bin/b\n' },
      { name: 'var/lib/dpkg/info/b.list', type: 'symlink', linkname: '/x' },
    ]);

    expect(lines).toEqual([
      'var/lib/dpkg/info/a.list: /usr/bin/a',
      'var/lib/dpkg/info/a.list: /etc/a',
    ]);
  });

  it('accepts the largest number of entries and length of text, but not more', async () => {
    const entries = [{ name: 'aaaa' }, { name: 'b', type: 'symlink', linkname: 'cc' }] as const;

    expect((await read(entries, { maxEntries: 2, maxTextBytes: 7 })).found).toHaveLength(2);
    await expect(read(entries, { maxEntries: 1 })).rejects.toMatchObject({
      fault: 'too-many-entries',
    });
    await expect(read(entries, { maxTextBytes: 6 })).rejects.toMatchObject({ fault: 'too-large' });
  });

  it.each<readonly [string, TarEntry]>([
    ['a name', { name: `${'a/'.repeat(2048)}b` }],
    ['a link’s target', { name: 'x', type: 'symlink', linkname: 'a'.repeat(4097) }],
  ])('refuses %s that is too long for a path', async (_, entry) => {
    await expect(read([entry])).rejects.toMatchObject({
      fault: 'not-a-layer',
      message: 'a path is longer than 4096 characters',
    });
  });

  it('refuses a stream that is not a tar', async () => {
    const text = streamOf(Buffer.from('<html>'.repeat(200)));
    const visitor = { tarBytes: () => 0, entry: () => 0, packageList: () => () => undefined };

    await expect(readLayer(text, LAYER_LIMITS, visitor)).rejects.toMatchObject({
      fault: 'not-a-layer',
      message: 'it is not a valid tar archive',
    });
  });
});
